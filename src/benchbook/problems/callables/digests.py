"""Digests of callables: a user's objective with the plain data in it."""

from __future__ import annotations

import functools
import hashlib
import types
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from benchbook.digests import source_of

_PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))
_Above: TypeAlias = tuple[object, ...]


def digest_code(function: Callable[..., Any]) -> str:
    """Return the SHA-256 (hex) of a callable: its source, or else its bytecode, and the plain data in it.

    The data are defaults, closure variables and attributes of its object, if they are numbers, texts, arrays,
    containers of these, or callables. Global names that it uses are not followed, and of other objects only the type
    counts. The digest is the same in every process.

    Examples:
        >>> digest_code(lambda x: x) == digest_code(lambda y: y + 1)
        False
    """
    return hashlib.sha256(_text(function, ()).encode()).hexdigest()


def _text(item: Any, above: _Above) -> str:
    """Describe an item as text; `above` are the items that contain it, so that cycles end."""
    if isinstance(item, _PLAIN):
        return f"{type(item).__name__}({item!r})"
    if any(item is other for other in above):
        return "itself"
    above = (*above, item)
    if isinstance(item, np.ndarray | np.generic):
        return _array(item, above)
    if isinstance(item, list | tuple):
        return f"{type(item).__name__}({', '.join(_text(part, above) for part in item)})"
    if isinstance(item, set | frozenset):
        return f"set({', '.join(sorted(_text(part, above) for part in item))})"
    if isinstance(item, Mapping):
        pairs = [f"{_text(key, above)}: {_text(part, above)}" for key, part in item.items()]
        return f"mapping({', '.join(sorted(pairs))})"
    if isinstance(item, types.CodeType):
        return _bytecode(item, above)
    if callable(item):
        return _callable(item, above)
    return f"other({_name(type(item))})"


def _array(item: np.ndarray[Any, Any] | np.generic, above: _Above) -> str:
    if item.dtype.hasobject:
        return f"array({item.dtype.str}, {_text(item.tolist(), above)})"
    return f"array({item.dtype.str}, {item.shape}, {hashlib.sha256(item.tobytes()).hexdigest()})"


def _callable(item: Any, above: _Above) -> str:
    if isinstance(item, functools.partial):
        return f"partial({_text((item.func, item.args, item.keywords), above)})"
    if isinstance(item, types.MethodType):
        return f"method({_text((item.__func__, item.__self__), above)})"
    if isinstance(item, types.FunctionType):
        # The source of the code object, because that of a decorated function would be the undecorated one.
        text = source_of(item.__code__)
        if text is None or item.__name__ == "<lambda>":  # several lambdas may share their line of source
            text = f"{text} {_bytecode(item.__code__, above)}"
        cells = [_cell(cell) for cell in item.__closure__ or ()]
        return f"function({text}, {_text((item.__defaults__, item.__kwdefaults__, cells), above)})"
    if isinstance(item, type | types.BuiltinFunctionType | np.ufunc):
        return source_of(item) or _name(item)
    kind = type(item)
    return f"object({source_of(kind) or _name(kind)}, {_text(getattr(item, '__dict__', None), above)})"


def _bytecode(code: types.CodeType, above: _Above) -> str:
    return f"bytecode({code.co_code.hex()}, {code.co_names}, {code.co_varnames}, {_text(code.co_consts, above)})"


def _name(item: Any) -> str:
    return f"{getattr(item, '__module__', '')}.{getattr(item, '__qualname__', getattr(item, '__name__', ''))}"


def _cell(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a variable that is not yet bound
        return None
