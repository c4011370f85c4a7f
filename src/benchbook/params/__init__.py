"""Parameters: YAML files and overrides, validated before anything runs."""

from benchbook.params.describe import Parameter, described, purpose, size
from benchbook.params.load import ALIASES, PRESETS, load, override, preset_name, preset_path

__all__ = [
    "ALIASES",
    "PRESETS",
    "Parameter",
    "described",
    "load",
    "override",
    "preset_name",
    "preset_path",
    "purpose",
    "size",
]
