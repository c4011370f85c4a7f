"""The notebook engine: kernels forked from a process that has imported the libraries once.

`papermill --engine benchbook` and `benchbook spec run` use it; if it cannot fork, ordinary kernels are started.
"""
