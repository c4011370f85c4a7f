"""Loading parameters: a YAML file, then overrides `key=value`, then the model."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

import yaml

from benchbook.errors import ParamsError, UsageError, nearest
from benchbook.files import project_root, read_bytes, shipped
from benchbook.params.numbers import EXPONENT
from benchbook.typing import JsonObject

PRESETS = ("quick", "balanced", "full")
_MOST_VALUES = 1_000_000
ALIASES = {"fast": "quick", "quality": "full"}


class _Loader(yaml.SafeLoader):
    """YAML without duplicate keys, in which `1e4` is a number, as in YAML 1.2.

    Otherwise it is read as papermill does, so that both see the same values; the model converts the text "1e4", as
    papermill reads it, to a number.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Reject a key that appears twice."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                continue  # rejected below, with its place
            if key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} appears twice (line {line})")
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(rf"{EXPONENT.pattern}$"), list("+-.0123456789"))


def preset_name(which: str) -> str | None:
    """Return the preset that a name or an alias means; None if it is neither, but a path.

    Examples:
        >>> preset_name("quick"), preset_name("fast"), preset_name("quality"), preset_name("mine.yaml")
        ('quick', 'quick', 'full', None)
    """
    name = ALIASES.get(which, which)
    return name if name in PRESETS else None


def preset_path(which: str) -> Path:
    """Return the file of a parameter set: the name of a preset, an alias of it, or a path.

    Presets of the project, in its `params/`, take precedence over those of the package.

    Raises:
        UsageError: There is no such file.
    """
    name = preset_name(which)
    if name is not None:
        root = project_root()
        path = shipped("params", f"{name}.yaml")
        if root is not None and (root / "params" / path.name).is_file():
            path = root / "params" / path.name
    else:
        path = Path(which)
    if not path.is_file():
        close = nearest(which, [*PRESETS, *ALIASES])
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise UsageError(
            f"no such parameter file: {path}; expected {', '.join(PRESETS)} or the path of a YAML file{hint}"
        )
    return path


def preset_argument(preset: str) -> str:
    """Return the file of a preset as written in a shell, from the root of the project."""
    root = project_root()
    if root is not None and (root / "params" / f"{preset}.yaml").is_file():
        return f"params/{preset}.yaml"
    return f'"$(benchbook params path {preset})"'


def load(which: str, overrides: Iterable[str] = ()) -> JsonObject:
    """Return the checked parameters of a preset or file, with overrides `key=value` (YAML values) applied.

    Raises:
        UsageError: There is no such file.
        ParamsError: It is no YAML mapping, has an unknown or missing key, or a value of a wrong type.
    """
    path = preset_path(which)
    return check(override(mapping(path), overrides), str(path))


def override(params: JsonObject, overrides: Iterable[str]) -> JsonObject:
    """Return the parameters with `key=value` texts applied; values are read as YAML.

    Raises:
        ParamsError: A text is not `key=value`, or its value is not YAML.

    Examples:
        >>> override({"seeds": 5}, ["seeds=3", "dims=[2, 5]"])
        {'seeds': 3, 'dims': [2, 5]}
    """
    changed = dict(params)
    for text in overrides:
        key, separator, value = text.partition("=")
        if not separator or not key.strip():
            raise ParamsError(f"override {text!r} is not of the form key=value")
        changed[key.strip()] = _yaml(value, f"override {text!r}")
    return changed


def check(params: JsonObject, source: str) -> JsonObject:
    """Return the parameters as the model has them.

    Raises:
        ParamsError: A key is unknown or missing, or a value has a wrong type; the message lists all of them.
    """
    from pydantic import ValidationError

    from benchbook.params.model import Params

    try:
        # Fields that were not given are left out: an artifact has the parameters as requested.
        return Params.model_validate(params).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        # A union reports each of its branches, but one line per parameter is enough.
        reasons: dict[str, str] = {}
        for item in error.errors():
            reasons.setdefault(str(item["loc"][0]), _reason(item, list(Params.model_fields)))
        raise ParamsError(f"{source}: " + "; ".join(reasons.values())) from error


def _reason(item: Any, known: list[str]) -> str:
    key = str(item["loc"][0])
    if item["type"] == "extra_forbidden":
        close = nearest(key, known)
        return f"unknown parameter {key!r}; " + (
            f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
        )
    if item["type"] == "missing":
        return f"parameter {key!r} is missing"
    where = key + "".join(f"[{part}]" for part in item["loc"][1:] if isinstance(part, int))
    message = str(item["msg"])
    return f"parameter {where} is {item['input']!r}: {message[:1].lower()}{message[1:]}"


def mapping(path: Path) -> JsonObject:
    """Return the contents of a YAML file.

    Raises:
        UsageError: There is no such file.
        ParamsError: It is no YAML, or no mapping.
    """
    value = _yaml(read_bytes(path).decode(errors="replace"), str(path))
    if not isinstance(value, dict):
        raise ParamsError(f"{path} is a YAML {type(value).__name__}, expected a mapping of parameters")
    return value


def _yaml(text: str, source: str) -> Any:
    try:
        value = yaml.load(text, Loader=_Loader)  # noqa: S506  # derives from SafeLoader
        _check_size(value, {})
    except yaml.YAMLError as error:
        raise ParamsError(f"{source} is not valid YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise ParamsError(f"{source} is nested too deeply for a file of parameters") from error
    except (
        ValueError,
        OverflowError,
        TypeError,
        AttributeError,
    ) as error:  # such as an impossible date, or a number of 5,000 digits
        raise ParamsError(f"{source} holds a value that cannot be read: {error}") from error
    return value


def _check_size(value: Any, known: dict[int, int]) -> int:
    """Return how many values there are, those that aliases repeat counted each time.

    Raises:
        ValueError: They are more than a file of parameters can mean, or contain themselves.
    """
    if not isinstance(value, list | dict):
        return 1
    if id(value) not in known:
        known[id(value)] = _MOST_VALUES  # as long as it is not counted, it is inside itself
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_check_size(part, known) for part in parts)
    if known[id(value)] >= _MOST_VALUES:
        raise ValueError(f"it has more than {_MOST_VALUES:,} values, or one that contains itself")
    return known[id(value)]
