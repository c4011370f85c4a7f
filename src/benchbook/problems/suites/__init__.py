"""COCO's suites with constraints or two objectives."""
