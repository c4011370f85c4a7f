"""Import from and export to other tools: COCO, IOHprofiler, nevergrad, tables. Nothing in a file is run as code."""

from benchbook.artifacts.interop.coco_read import read_coco
from benchbook.artifacts.interop.coco_write import write_coco
from benchbook.artifacts.interop.imported import Added, add_imported, read_imported, with_optima, write_imported
from benchbook.artifacts.interop.ioh_read import read_ioh
from benchbook.artifacts.interop.ioh_write import write_ioh
from benchbook.artifacts.interop.nevergrad import read_nevergrad
from benchbook.artifacts.interop.reading import read
from benchbook.artifacts.interop.sources.archives import opened
from benchbook.artifacts.interop.tables import write_csv, write_parquet
from benchbook.records.imported import ImportedRun

__all__ = [
    "Added",
    "ImportedRun",
    "add_imported",
    "opened",
    "read",
    "read_coco",
    "read_imported",
    "read_ioh",
    "read_nevergrad",
    "with_optima",
    "write_coco",
    "write_csv",
    "write_imported",
    "write_ioh",
    "write_parquet",
]
