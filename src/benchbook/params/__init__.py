"""Parameters: YAML files and overrides, validated before anything runs."""

from benchbook.params.load import PRESETS, load, override, preset_path

__all__ = ["PRESETS", "load", "override", "preset_path"]
