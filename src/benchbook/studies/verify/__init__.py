"""Compute runs again and compare them with what was stored."""
