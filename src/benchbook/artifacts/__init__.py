"""Artifacts: schema-valid, compressed JSON records of what was run, and the store that keeps them."""

from benchbook.artifacts.io import load, read_documents, save
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.validate import Finding, check_document, check_file

__all__ = ["Finding", "Store", "check_document", "check_file", "load", "read_documents", "save"]
