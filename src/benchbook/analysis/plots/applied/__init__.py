"""Pictures of the applied cases."""
