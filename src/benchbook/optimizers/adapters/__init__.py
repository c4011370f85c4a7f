"""Adapters: optimizers of other libraries behind ask and tell; a library is imported when one of its is chosen."""
