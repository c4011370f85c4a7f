"""The galleries of specs and functions, with their thumbnails, landscapes and formulas."""
