"""The store: append-only shards of runs, their index, merging and repair."""
