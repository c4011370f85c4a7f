"""How modules and objects are found: by location, by entry point, and under former names."""
