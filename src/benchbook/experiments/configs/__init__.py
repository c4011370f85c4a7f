"""Configurations: pools, files, models, expansion and ids."""
