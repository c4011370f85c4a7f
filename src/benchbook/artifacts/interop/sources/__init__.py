"""What all readers share: archives, file names in messages, numbers, matching of runs, function names."""
