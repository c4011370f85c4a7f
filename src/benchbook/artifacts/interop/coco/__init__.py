"""The parts of a COCO log: its index (`.info`), its data files, and what counts as a hit."""
