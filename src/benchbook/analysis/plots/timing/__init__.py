"""Pictures of where time goes."""
