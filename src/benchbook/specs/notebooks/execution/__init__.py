"""Executing spec notebooks: in parallel, in worker processes, with progress, tracking and profiles."""
