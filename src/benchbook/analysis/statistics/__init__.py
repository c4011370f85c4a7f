"""Statistical tests, rankings, permutation and intervals."""
