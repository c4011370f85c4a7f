"""Call a function with its configurations: attempts, threads, background branches and their end."""
