"""Plan, execute and record single runs and cells of runs."""
