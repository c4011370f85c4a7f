"""Parameters: YAML files and overrides, validated before anything runs."""

from benchbook.params.describe import Parameter, described, purpose, size
from benchbook.params.load import ALIASES, PRESETS, load, override, preset_name, preset_path
from benchbook.params.names import parameters

__all__ = [
    "ALIASES",
    "PRESETS",
    "Parameter",
    "described",
    "load",
    "override",
    "parameters",
    "preset_name",
    "preset_path",
    "purpose",
    "size",
]
