"""Your own functions: their registration, calls and digests."""
