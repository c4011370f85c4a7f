"""What a spec notebook shows: tables and pictures with their captions."""
