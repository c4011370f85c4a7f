"""Traffic with other tools: COCO, IOHprofiler, nevergrad, and tables. Nothing in a file is ever evaluated as code."""

from benchbook.artifacts.interop.coco_read import read_coco
from benchbook.artifacts.interop.coco_write import write_coco
from benchbook.artifacts.interop.imported import ImportedRun, read_imported, write_imported
from benchbook.artifacts.interop.ioh_read import read_ioh
from benchbook.artifacts.interop.ioh_write import write_ioh
from benchbook.artifacts.interop.nevergrad import read_nevergrad
from benchbook.artifacts.interop.tables import write_csv, write_parquet

__all__ = [
    "ImportedRun",
    "read_coco",
    "read_imported",
    "read_ioh",
    "read_nevergrad",
    "write_coco",
    "write_csv",
    "write_imported",
    "write_ioh",
    "write_parquet",
]
