"""What a spec runs beyond its own plan: repeated runs, published runs, and other runs in place of its own."""
