from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbook.digests import canonical_json, code_digest, digest, file_digest, module_digest, text_digest

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    """A mapping has one digest, in whatever order it was filled."""
    assert digest(dict(reversed(value.items()))) == digest(value)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=9))
def test_arrays_count_as_their_numbers(values: list[float]) -> None:
    """An array and the list of its numbers have the same digest."""
    assert digest(np.array(values, dtype=np.float64)) == digest(values)


def test_one_bit_changes_a_digest() -> None:
    """The next float is a different value."""
    assert digest([0.1]) != digest([np.nextafter(0.1, 1.0)])
    assert digest([1.0]) != digest([1])
    assert digest([0.0]) != digest([-0.0])


def test_the_form_of_canonical_json_is_frozen() -> None:
    """Digests are published, so their text must never change."""
    value = {"b": [1.0, 1e-300, 1e22, -0.0], "ä": "é", "a": {"z": None, "y": True}}
    assert canonical_json(value) == '{"a":{"y":true,"z":null},"b":[1.0,1e-300,1e+22,-0.0],"ä":"é"}'.encode()


def test_texts_do_not_run_into_one_another() -> None:
    """The boundary between two texts changes the digest."""
    assert text_digest("ab", "c") != text_digest("a", "bc")


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {1, 2}, object(), "\ud800"])
def test_what_json_has_not_is_refused(value: Any) -> None:
    """NaN, infinities and objects are refused instead of being treated as null."""
    with pytest.raises((TypeError, ValueError)):
        digest(value)


def test_a_file_is_digested_by_its_bytes(tmp_path: Path) -> None:
    """Equal bytes in two files have the same digest."""
    for name, data in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / name).write_bytes(data)
    assert file_digest(tmp_path / "a") == file_digest(tmp_path / "b") != file_digest(tmp_path / "c")


def test_modules_are_digested_in_any_order() -> None:
    """The order of names, and naming one twice, do not matter."""
    names = ["benchbook.seeds", "benchbook.digests"]
    assert module_digest(names) == module_digest([*reversed(names), names[0]])
    assert module_digest(names) != module_digest(names[:1])


def made(source: str) -> Any:
    """Make the class or function `thing` from source text without a file."""
    space: dict[str, Any] = {"__name__": "nowhere"}
    exec(compile(source, "<made up>", "exec"), space)  # noqa: S102  # what a notebook does
    return space["thing"]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("def thing(x): return x + 1", "def thing(x):\n    # a remark\n    return x + 1", True),
        ("def thing(x): return x + 1", "def thing(x): return x + 2", False),
        ("def thing(x): return x in {'a', 'b'}", "def thing(x): return x in {'b', 'a'}", True),
        ("def thing(x): return [y for y in x]", "def thing(x): return [y * 2 for y in x]", False),
        ("class thing:\n  def ask(self): return 1", "class thing:\n  def ask(self): return 1", True),
        ("class thing:\n  def ask(self): return 1", "class thing:\n  def ask(self): return 2", False),
        ("class thing:\n  def ask(self): return 1", "class thing:\n  def tell(self): return 1", False),
    ],
)
def test_code_without_source_is_digested_by_its_bytecode(a: str, b: str, same: bool) -> None:
    """Equal text of code has one digest, and code that computes something else has another."""
    assert (code_digest(made(a)) == code_digest(made(b))) is same


def test_code_in_a_file_of_text_is_digested_by_its_bytecode(tmp_path: Path) -> None:
    """Code compiled from a page of prose has a digest, although the page is not valid Python."""
    page = tmp_path / "page.md"
    page.write_text('def thing(x: (it is open, and don\'t\nend """ here', encoding="utf-8")
    names: dict[str, Any] = {}
    exec(compile("def thing(x):\n    return x", str(page), "exec"), names)  # noqa: S102  # the test's own text
    assert code_digest(names["thing"]) == code_digest(made("def thing(x): return x"))


def test_bytecode_has_one_digest_in_every_process(python: Callable[..., str]) -> None:
    """Addresses and the order of sets of strings do not affect the digest."""
    code = (
        "from benchbook.digests import code_digest\n"
        "def thing(x): return [y for y in x if y in {'a', 'b', 'c'}]\n"
        "class Thing:\n    def ask(self): return (lambda: 1)()\n"
        "print(code_digest(thing), code_digest(Thing))"
    )
    assert python(code, PYTHONHASHSEED="1") == python(code, PYTHONHASHSEED="2")


class Base:
    def ask(self) -> int:
        """Return a number."""
        return 1


class Derived(Base):
    pass


class Other(Base):
    def tell(self) -> None:
        """Do nothing."""


def test_a_class_is_digested_with_its_bases() -> None:
    """A subclass that adds nothing still differs from its base, and from other classes."""
    assert len({code_digest(item) for item in (Base, Derived, Other)}) == 3


def test_an_instance_with_a_call_has_a_digest() -> None:
    """A callable object is digested by the call method of its class, a builtin by its name."""
    thing = made("class thing:\n  def __call__(self): return 1")
    assert len(code_digest(thing())) == len(code_digest(len)) == 64
