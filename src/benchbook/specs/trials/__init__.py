"""What a spec tries beyond its own runs: published runs again, and other runs in the place of its own."""
