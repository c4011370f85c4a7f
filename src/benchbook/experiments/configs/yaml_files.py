"""Configurations from YAML: a file or a folder of files, with the line of each key for error messages.

The only module of this package that needs PyYAML; it is loaded when a file is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchbook.errors import UsageError, nearest
from benchbook.files import read_bytes

SUFFIXES = (".yaml", ".yml")
_EXPAND = "expand"
_MERGE = "tag:yaml.org,2002:merge"
Lines = dict[tuple[str, ...], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A configuration and its location.

    Attributes:
        value: The configuration.
        file: Its file.
        line: Its first line.
        lines: The line of each key, by path of keys.
    """

    value: dict[str, Any]
    file: Path
    line: int
    lines: Lines = field(default_factory=dict)

    def where(self, path: tuple[str, ...] = ()) -> str:
        """Return file and line of a key, or of the nearest key above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.file}:{self.lines.get(path, self.line)}"


def read_yaml(path: Path) -> list[Located]:
    """Read the configurations of a file, or of all files of a folder, recursively, sorted by path.

    A document is one configuration, a list of them, or `expand:` with lists of values. A file may hold several.

    Raises:
        UsageError: There is no such file or no YAML file in the folder, a file is not valid YAML, a key appears twice,
            or a configuration is not a mapping; the message names file and line.
    """
    path = Path(path)
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
        if not files:
            raise UsageError(f"no configurations in {path}: no file ends in {' or '.join(SUFFIXES)}")
    return [config for file in files for config in _of_file(file)]


def check_known(config: Located, known: list[str]) -> None:
    """Check that all keys of a configuration are known.

    Raises:
        UsageError: One is not; the message names file and line.
    """
    for key in config.value:
        if key not in known:
            close = nearest(str(key), known)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
            raise UsageError(f"{config.where((str(key),))}: unknown key {key!r}; {hint}")


def _of_file(file: Path) -> Iterator[Located]:
    try:
        text = read_bytes(file).decode("utf-8-sig")
        nodes = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8: {error.reason} at byte {error.start}") from error
    except yaml.YAMLError as error:
        raise UsageError(_message(file, error)) from error
    for node in nodes:
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for item in items:
            yield from _of_node(file, item)


def _of_node(file: Path, node: yaml.Node) -> Iterator[Located]:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        kind = type(node).__name__.removesuffix("Node").lower()
        raise UsageError(f"{file}:{line}: a configuration is a YAML {kind}, expected a mapping")
    lines: Lines = {}
    _note_lines(file, node, (), lines, set())
    value = _construct(file, node)
    if set(value) != {_EXPAND}:
        yield Located(value=value, file=file, line=line, lines=lines)
        return
    from benchbook.experiments.configs.expand import expand

    inner = {path[1:]: number for path, number in lines.items() if len(path) > 1}
    try:
        combinations = expand(value[_EXPAND])
    except UsageError as error:
        raise UsageError(f"{file}:{line}: {error}") from error
    for combination in combinations:
        yield Located(value=combination, file=file, line=line, lines=inner)


def _note_lines(file: Path, node: yaml.Node, path: tuple[str, ...], lines: Lines, above: set[int]) -> None:
    """Record the line of each key; reject keys that appear twice, and aliases that contain themselves."""
    if id(node) in above:
        raise UsageError(f"{file}:{node.start_mark.line + 1}: an alias contains itself")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_lines(file, item, (*path, str(index)), lines, above | {id(node)})
        return
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.tag == _MERGE:
            continue
        name = str(key.value)
        if name in seen:
            raise UsageError(f"{file}:{line}: the key {name!r} appears twice, first on line {seen[name]}")
        seen[name] = line
        lines[(*path, name)] = line
        _note_lines(file, value, (*path, name), lines, above | {id(node)})


def _construct(file: Path, node: yaml.MappingNode) -> dict[Any, Any]:
    loader = yaml.SafeLoader("")
    try:
        value: dict[Any, Any] = loader.construct_document(node)
        return value
    except yaml.YAMLError as error:
        raise UsageError(_message(file, error)) from error
    finally:
        loader.dispose()


def _message(file: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or " ".join(str(error).split())
    return f"{file}:{mark.line + 1}: not valid YAML: {what}" if mark is not None else f"{file}: not valid YAML: {what}"
