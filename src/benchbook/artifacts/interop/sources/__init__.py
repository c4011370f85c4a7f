"""What all readers share: archives, names of files in messages, numbers, matching of runs, names of functions."""
