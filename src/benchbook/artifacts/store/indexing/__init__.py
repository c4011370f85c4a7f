"""The index of a store: rows that say where each run is, filled by scanning shards."""
