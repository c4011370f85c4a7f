"""Strategies: which configurations a call uses."""
