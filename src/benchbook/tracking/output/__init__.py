"""What a tracked pipeline shows: reports, lines on a terminal, log records."""
