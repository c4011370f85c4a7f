"""The tables and pictures of spec notebooks, with their captions."""
