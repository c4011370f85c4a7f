"""Statistical tests, rankings, permutation and resampling."""
