"""What a tracked pipeline shows of itself: reports, lines on a terminal, log records."""
