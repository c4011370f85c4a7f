"""Executors: serial, worker processes and Dask, and the tasks that they do."""
