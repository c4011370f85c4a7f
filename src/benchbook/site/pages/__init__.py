"""The generated pages of the site, one kind per file."""
