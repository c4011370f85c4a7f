"""The parts of an IOHprofiler log: its index, its data files, its older layout, and logs whose index is lost."""
