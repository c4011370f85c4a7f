"""Native optimizers: one method per file, over arrays with a leading axis for runs."""
