"""A profile as files: artifact, trace for Perfetto, flame graph."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchbook.artifacts.interop.chrome_trace import write_trace
from benchbook.artifacts.io import save_document
from benchbook.files import write_atomic
from benchbook.profiling.profile_document import to_document
from benchbook.records.profile import Profiled
from benchbook.studies.runs import provenance
from benchbook.typing import JsonObject

ARTIFACT, TRACE, FLAME_GRAPH = "profile.json.zst", "profile.chrome_trace.json", "flame-graph.svg"


def profile_document(found: Profiled) -> JsonObject:
    """Return the artifact of a profile: what was found, and where."""
    version, host, environment = provenance.library_version(), provenance.host(), provenance.environment()
    return to_document(replace(found, version=version, host=host, environment=environment))


def write_profile(found: Profiled, folder: Path) -> list[Path]:
    """Write artifact, trace and flame graph into a folder, and return their paths.

    Raises:
        StorageError: They cannot be written.

    Examples:
        >>> import tempfile
        >>> from benchbook.profiling import profile
        >>> with profile("squares", functions=False) as found:
        ...     with found.stage("evaluate"):
        ...         squares = [x**2 for x in range(1000)]
        >>> [path.name for path in write_profile(found.result, Path(tempfile.mkdtemp()))]
        ['profile.json.zst', 'profile.chrome_trace.json', 'flame-graph.svg']
    """
    from benchbook.analysis.plots.timing.flame_graph import plot_flame_graph

    written = [save_document(profile_document(found), folder / ARTIFACT), write_trace(found, folder / TRACE)]
    if found.total_s > 0:
        write_atomic(folder / FLAME_GRAPH, plot_flame_graph(found).svg().encode())
        written.append(folder / FLAME_GRAPH)
    return written
