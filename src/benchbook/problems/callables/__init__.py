"""Your own functions: registered, called with care, and identified by their code."""
