import itertools
import re
import xml.etree.ElementTree as ET

import pytest

from benchbook.analysis.plots import plot_flame_graph
from benchbook.errors import UsageError
from benchbook.records.profile import ProfiledFunction

SVG = "{http://www.w3.org/2000/svg}"


def boxes(svg: str) -> dict[str, ET.Element]:
    """Return the rectangles by the first line of their tooltip."""
    found = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):  # noqa: S314  # our own
        title, rectangle = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        assert title is not None
        assert rectangle is not None
        found[(title.text or "").splitlines()[0]] = rectangle
    return found


def test_widths_are_shares_of_the_time(profiled) -> None:
    """A stage is as wide as its duration, and functions share the stage's own time in proportion to their samples."""
    drawn = boxes(plot_flame_graph(profiled()).svg())
    widths = {name: round(float(box.get("width", "")) / 1180, 3) for name, box in drawn.items()}
    assert widths["a & b"] == 1.0
    assert (widths["set-up"], widths["loop"], widths["loop / evaluate"]) == (0.1, 0.8, 0.6)
    assert (widths["f<1>"], widths["dot  (compiled)"]) == (0.6, 0.48)


def test_what_is_called_lies_inside_its_caller(profiled) -> None:
    """Each function is drawn below its caller and within its width."""
    drawn = boxes(plot_flame_graph(profiled()).svg())
    order = ["a & b", "loop", "loop / evaluate", "f<1>", "dot  (compiled)"]
    for outer, inner in itertools.pairwise(order):
        left, right = (float(drawn[outer].get(key, "")) for key in ("x", "width"))
        x, width = (float(drawn[inner].get(key, "")) for key in ("x", "width"))
        assert left - 0.01 <= x
        assert x + width <= left + right + 0.02
        assert float(drawn[inner].get("y", "")) > float(drawn[outer].get("y", ""))


def test_text_is_escaped(profiled) -> None:
    """A name cannot become markup, and characters that XML does not allow are replaced."""
    svg = plot_flame_graph(profiled(name="<script>\x00\ud800 & so on")).svg()
    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg
    ET.fromstring(svg.encode())  # noqa: S314  # our own
    assert "f&lt;1&gt;" in svg


def test_the_same_profile_gives_the_same_picture(profiled) -> None:
    """Nothing in the picture depends on time or place."""
    assert plot_flame_graph(profiled()).svg() == plot_flame_graph(profiled()).svg()


def test_labels_fit_into_their_boxes(profiled) -> None:
    """A label is cut where its box is too narrow, and left out where nothing would remain."""
    svg = plot_flame_graph(profiled()).svg()
    for group in ET.fromstring(svg).iter(f"{SVG}g"):  # noqa: S314  # our own
        label, rectangle = group.find(f"{SVG}text"), group.find(f"{SVG}rect")
        assert rectangle is not None
        if label is not None:
            assert len(label.text or "") * 7.2 <= float(rectangle.get("width", ""))


def test_what_is_too_narrow_is_left_out(profiled) -> None:
    """A stage that takes a hundred-thousandth of the time has no box."""
    found = profiled()
    tiny = type(found.stages[0])(path=("tiny",), calls=1, total_s=1e-4, own_s=1e-4)
    assert "tiny" not in plot_flame_graph(profiled(stages=(*found.stages, tiny))).svg()


def test_a_notebook_shows_it_with_its_text(profiled) -> None:
    """The alternative text says where the time is spent."""
    picture = plot_flame_graph(profiled())
    bundle = picture._repr_mimebundle_()
    assert bundle["image/svg+xml"] == picture.svg()
    assert bundle["text/plain"] == picture.alt == repr(picture)
    assert re.match(r"Flame graph of a & b: 10.00 s; most time in evaluate 60%, loop 20%, set-up 10%\.", picture.alt)


def test_modules_are_shown_rather_than_the_import_system(profiled) -> None:
    """Frames of the import system are left out, and the code of a module is labelled with its file."""
    names = (("_load", "<frozen importlib._bootstrap>", 1), ("dot", "<built-in>", 0), ("<module>", "mine/a.py", 1))
    functions = tuple(ProfiledFunction(*name) for name in names)
    stacks = tuple(stack for stack in profiled().stacks if stack.frames != (0,))
    svg = plot_flame_graph(profiled(functions=functions, stacks=stacks)).svg()
    assert "_load" not in svg
    assert ">mine/a.py<" in svg


def test_a_profile_of_no_time_cannot_be_drawn(profiled) -> None:
    """A profile without a duration is refused by name."""
    with pytest.raises(UsageError, match="'a & b' took no time: there is nothing to draw"):
        plot_flame_graph(profiled(total_s=0.0))


def test_a_width_that_is_too_small_is_refused(profiled) -> None:
    """A width below 200 pixels is refused; a larger one scales all boxes."""
    with pytest.raises(UsageError, match="width is 20, expected at least 200 pixels"):
        plot_flame_graph(profiled(), width=20)
    assert float(boxes(plot_flame_graph(profiled(), width=520).svg())["set-up"].get("width", "")) == 50
