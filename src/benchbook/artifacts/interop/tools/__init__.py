"""Readers of what optimization libraries keep of their own runs: Optuna, pycma and benchopt."""
