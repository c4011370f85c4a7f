"""Adapters for optimizers of other libraries, and what they share: ask and tell, isolation, blocking calls."""
