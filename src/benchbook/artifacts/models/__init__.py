"""The models that the JSON Schemas of artifacts are made from."""
