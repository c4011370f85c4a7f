"""Where one optimizer stands among the optimizers of a published baseline."""
