"""The pages made from published baselines."""
