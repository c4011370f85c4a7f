"""Spec notebooks as files: discover, check, scaffold, execute and accept them."""
