"""Galleries of cards: the specs with their pictures and verdicts, the functions with their landscapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchbook.problems import describe
from benchbook.problems.catalog import shipped_names
from benchbook.problems.info import ProblemInfo
from benchbook.site.pages.galleries.formulas import formula_html, optimum_html
from benchbook.site.pages.galleries.landscapes import landscape_name
from benchbook.site.pages.galleries.thumbnails import Thumbnail
from benchbook.site.pages.spec_page import page_name
from benchbook.site.pages.spec_views import MISSING, SpecView, badges, escape, facts, left_out_line, raw

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_FAMILIES = {
    "textbook": "Textbook functions",
    "bbob": "BBOB",
    "bbob_noisy": "BBOB, noisy",
    "bbob_largescale": "BBOB, large-scale",
    "bbob_mixint": "BBOB, mixed-integer",
    "bbob_constrained": "BBOB, constrained",
    "bbob_biobj": "BBOB, two objectives",
    "cec2006": "CEC 2006, constrained",
    "engineering": "Engineering designs, constrained",
    "zdt": "ZDT, two objectives",
    "dtlz": "DTLZ, two objectives",
    "mixed": "Real, integer and categorical variables",
    "applied": "Applied problems",
}

_CONSTRAINED = (
    "shades are ranks of the values, darker where they are lower; what is not feasible is grey, and where hardly "
    "anything is feasible, the darker the smaller the violation. Orange: the best point known."
)
_FRONT = (
    "the darker the fewer points dominate it; orange: no point of the grid does. In the corner: the front, between "
    "ideal and nadir point."
)
_SHOWN = {
    "cec2006": _CONSTRAINED,
    "engineering": _CONSTRAINED,
    "zdt": _FRONT,
    "dtlz": _FRONT,
    "bbob_constrained": "shades are ranks of the values, darker where they are lower; what is not feasible is grey.",
    "bbob_biobj": "between -5 and 5, the darker the fewer points dominate it; orange: no point of the grid does.",
}


def spec_cards(views: Sequence[SpecView], pictures: Mapping[str, Thumbnail], *, base: str, static: str) -> str:
    """Return one card per spec, with a link to its page if it was run, and otherwise the command to run it.

    Specs whose libraries are not installed are named in one line below the cards.

    Args:
        views: The specs.
        pictures: Their thumbnails, by name, as far as there are any.
        base: Leads from the page to the folder of the spec pages.
        static: Leads from the page to the static folder.
    """
    if not views:
        return "There is no spec notebook in `notebooks/` yet.\n"
    shown = [view for view in views if not view.cannot_run]
    cards = "\n".join(_spec_card(view, pictures.get(view.name), base, static) for view in shown)
    return raw(f'<div class="bb-cards bb-spec-cards">\n{cards}\n</div>\n{left_out_line(views)}')


def thumbnail_name(name: str, picture: Thumbnail) -> str:
    """Return the path of a spec's thumbnail in the static folder."""
    return f"thumbnails/{page_name(name)}{picture.suffix}"


def problem_cards() -> str:
    """Return one card per function, family by family."""
    infos = [describe(name) for name in shipped_names()]
    parts = []
    for family in dict.fromkeys(info.family for info in infos):
        cards = "\n".join(_problem_card(info) for info in infos if info.family == family)
        block = raw(f'<div class="bb-cards bb-problems">\n{cards}\n</div>')
        parts.append(f"## {_FAMILIES.get(family, family)}\n\n{block}")
    return "\n".join(parts)


def _spec_card(view: SpecView, picture: Thumbnail | None, base: str, static: str) -> str:
    title, name = escape(view.title), escape(view.name)
    if view.status == "not run":
        return (
            '<div class="bb-card"><div class="bb-no-picture">not run yet</div><div class="bb-card-text">'
            f'<span class="bb-card-title">{title}</span> '
            f'<code class="bb-code">benchbook spec run {name}</code></div></div>'
        )
    shown = '<div class="bb-no-picture">no picture</div>'
    if picture is not None:
        source = f"{static}{thumbnail_name(view.name, picture)}"
        shown = f'<img src="{source}" alt="{escape(picture.alt)}" loading="lazy">'
    known = dict(facts(view.outcome))
    claims = view.tally
    told = MISSING if claims is None else claims.text
    about = escape(f"{told}; {known['Runs done']} runs; {known['Parameters']}")
    why = (
        f'<span class="bb-card-facts">undecided: {escape(claims.reasons_text)}</span>'
        if claims and claims.reasons
        else ""
    )
    return (
        f'<a class="bb-card" href="{base}{page_name(view.name)}.html">{shown}<div class="bb-card-text">'
        f'<span class="bb-card-title">{title}</span> {badges(view)} '
        f'<span class="bb-card-facts">{about}</span>{why}</div></a>'
    )


def _problem_card(info: ProblemInfo) -> str:
    alt = _SHOWN.get(
        info.family,
        f"shades are ranks of the values, darker where they are lower. "
        f"{'Several local optima.' if info.multimodal else 'One optimum.'}",
    )
    alt = f"Landscape of {info.title} ({info.name}) in two of its variables: {alt}"
    tags = ["multimodal" if info.multimodal else "unimodal", "separable" if info.separable else "not separable"]
    tags += [f"conditioning {_power(info.conditioning)}"] if info.conditioning is not None else []
    tags += [info.group] if info.group and info.group not in tags else []
    dims = "any dimension" if info.min_dim < 2 else f"from dimension {info.min_dim} on"
    if info.dims:
        dims = f"dimension{'s' * (len(info.dims) > 1)} {', '.join(map(str, info.dims))}"
    marks = "".join(f'<span class="bb-tag">{escape(tag)}</span>' for tag in tags)
    bounds = info.bounds or f"{info.lower:g} to {info.upper:g}"
    return (
        f'<div class="bb-card" id="{escape(info.name)}">'
        f'<img src="_static/{landscape_name(info.name)}" alt="{escape(alt)}" loading="lazy" width="96" height="96">'
        f'<div class="bb-card-text"><span class="bb-card-title">{escape(info.title)}</span> '
        f'<span class="bb-code">{escape(info.name)}</span> {formula_html(info.formula)}'
        f'<span class="bb-card-facts">{escape(bounds)}; optimum {optimum_html(info.optimum)}; {escape(dims)}</span>'
        f'<div class="bb-tags">{marks}</div></div></div>'
    )


def _power(value: float) -> str:
    """Return a large number as a power of ten, if it is one."""
    text = f"{value:g}"
    mantissa, _, exponent = text.partition("e+")
    return f"10{exponent.lstrip('0').translate(_RAISED)}" if mantissa == "1" and exponent else text
