"""The pages of the schemas: fields and examples."""
