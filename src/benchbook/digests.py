"""Digests: of values by canonical JSON, and of code by its source."""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import sys
import tokenize
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np


def canonical_json(value: Any) -> bytes:
    """Encode as JSON with sorted keys, no spaces, and floats as Python writes them; NumPy arrays become lists.

    Python's own encoder, because its text of a float is the same in every version (orjson's is not: `1e22` became
    `1e+22`), and digests are published.

    Raises:
        ValueError: A number is NaN or infinite, or a text holds a lone surrogate.
        TypeError: A value has no JSON form.

    Examples:
        >>> canonical_json({"b": 1.5, "a": [True, None]})
        b'{"a":[true,null],"b":1.5}'
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_without_numpy
    )
    return text.encode()


def digest(value: Any) -> str:
    """Return the SHA-256 (hex) of `value` in canonical JSON.

    Examples:
        >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
        True
    """
    return hashlib.sha256(canonical_json(value)).hexdigest()


def text_digest(*parts: str) -> str:
    """Return the SHA-256 (hex) of texts, in order."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def file_digest(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes, read once per process."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def module_digest(names: Iterable[str]) -> str:
    """Return one digest over the source files of loaded modules, by name.

    Examples:
        >>> len(module_digest(["benchbook.digests"]))
        64
    """
    return _files_digest(tuple((name, getattr(sys.modules[name], "__file__", None)) for name in sorted(set(names))))


@cache
def _files_digest(files: tuple[tuple[str, str | None], ...]) -> str:
    return text_digest(*(f"{name}:{file_digest(Path(file))}" for name, file in files if file))


@cache
def with_imports(name: str) -> frozenset[str]:
    """Return a loaded module of benchbook with the modules of the same floor that it imports, and those they import.

    Examples:
        >>> import benchbook.optimizers
        >>> "benchbook.optimizers.native.parts.repair" in with_imports("benchbook.optimizers.native.manta_ray_foraging")
        True
    """
    floor = ".".join(name.split(".")[:2]) + "."
    found: set[str] = set()
    waiting = [name]
    while waiting:
        module = waiting.pop()
        file = getattr(sys.modules.get(module), "__file__", None)
        if module in found or file is None:
            continue
        found.add(module)
        imports = (node for node in ast.walk(ast.parse(Path(file).read_bytes())) if isinstance(node, ast.ImportFrom))
        waiting += [str(node.module) for node in imports if str(node.module).startswith(floor)]
    return frozenset(found)


def code_digest(thing: type | Callable[..., Any]) -> str:
    """Return a digest of a class with its bases, or of a function, by source; by bytecode if there is no source.

    For a class or function of benchbook, its whole module and the modules of its floor that this imports count, so that
    an edited helper changes the digest; for one of a user it counts alone, so that an edited notebook cell next to it
    does not.
    A factory that is not a class and has a method `digest` provides its own digest: it knows what else its work depends
    on.
    """
    if not isinstance(thing, type):
        own = getattr(thing, "digest", None)
        return str(own()) if callable(own) else _piece(thing)
    return text_digest(
        *(_piece(base) for base in thing.__mro__ if base.__module__ not in {"builtins", "typing", "abc"})
    )


def source_of(thing: Any) -> str | None:
    """Return the source of a class or function; None if there is none, or its file is not plain Python."""
    try:
        return inspect.getsource(thing)
    except (OSError, TypeError, SyntaxError, tokenize.TokenError):
        return None


def _without_numpy(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{value!r} is a {type(value).__name__}, which JSON has not")


def _piece(thing: Any) -> str:
    module = getattr(thing, "__module__", "") or ""
    if module.startswith("benchbook.") and module in sys.modules:
        return module_digest(with_imports(module))
    source = source_of(thing)
    return _bytecode(thing) if source is None else text_digest(source)


def _bytecode(thing: Any) -> str:
    if isinstance(thing, type):
        members = sorted(vars(thing).items())
        return text_digest(*(f"{name}:{_bytecode(member)}" for name, member in members if hasattr(member, "__code__")))
    code = getattr(thing, "__code__", None) or getattr(type(thing).__call__, "__code__", None)
    return text_digest(*_code_parts(code)) if code is not None else text_digest(type(thing).__qualname__)


def _code_parts(code: CodeType) -> list[str]:
    parts = [code.co_code.hex(), repr(code.co_names), repr(code.co_varnames)]
    for constant in code.co_consts:
        # A nested function's repr holds an address, and that of a frozenset depends on the process's hash seed.
        if isinstance(constant, CodeType):
            parts += _code_parts(constant)
        elif isinstance(constant, frozenset):
            parts += sorted(map(repr, constant))
        else:
            parts.append(repr(constant))
    return parts
