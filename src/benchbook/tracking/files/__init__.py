"""The files of a tracked pipeline: its folder and journals, who writes them, and how they are read."""
