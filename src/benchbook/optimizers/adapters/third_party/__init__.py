"""One module per library: how its optimizers are asked and told."""
