"""Parameters among the names of a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchbook.errors import ParamsError
from benchbook.params.load import PRESETS, load, preset_name
from benchbook.typing import JsonObject


def parameters(names: Mapping[str, Any]) -> JsonObject:
    """Return the parameters among names, such as a notebook's `globals()`; all others come from the preset named there.

    Args:
        names: Values by name. Other names are ignored; `preset` must be there.

    Raises:
        ParamsError: There is no `preset`, or it names no preset and required parameters are missing.

    Examples:
        >>> preset, seeds, greeting = "quick", 3, "hello"
        >>> given = parameters(locals())
        >>> given["seeds"], given["dims"], "greeting" in given
        (3, [2, 5], False)
    """
    from benchbook.params.model import Params

    given = {key: names[key] for key in Params.model_fields if key in names}
    if "preset" not in given:
        raise ParamsError("no parameter set: assign preset, such as preset = 'quick', before calling bb.parameters")
    preset = given["preset"]
    if isinstance(preset, str) and preset_name(preset) is not None:
        return {**load(preset), **given}
    missing = [key for key, field in Params.model_fields.items() if field.is_required() and key not in given]
    if missing:
        raise ParamsError(
            f"preset is {preset!r}, expected {', '.join(PRESETS)}, or all required parameters; "
            f"missing: {', '.join(missing)}"
        )
    return given
