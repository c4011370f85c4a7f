"""The strength of specs: the share of planted faults that their claims notice."""
