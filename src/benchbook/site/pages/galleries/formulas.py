"""Typeset formulas of functions: the plain text that the command line prints is turned into MathML for browsers."""

from __future__ import annotations

import re
from html import escape

_SYMBOLS = {"sum": r"\sum", "prod": r"\prod", "pi": r"\pi ", "mu": r"\mu ", "alpha": r"\alpha ", "dim": "D"}
_FUNCTIONS = {name: rf"\{name} " for name in ("exp", "ln", "cos", "sin", "max", "min")}
_FUNCTIONS |= {name: rf"\operatorname{{{name}}}" for name in ("osz", "round", "mean")}
_LABELS = {"opt", "pen"}  # subscripts that are words
_WORD = re.compile(r"[A-Za-z]{2,}")
_LONG_NUMBER = re.compile(r"\d+\.\d{5,}")
_BEFORE_COLON = re.compile(r"^(the [a-z-]+ form of): ")
_REMARK = re.compile(
    r" \(alpha in 2-D\),|, \d+ peaks y_i"
    r"|, with [\d+ D/]+ constraints? g_i\(x\) <= 0(?: and \d+ equalit(?:y|ies) h_j\(x\) = 0)?"
    r"|, with \d+ equalit(?:y|ies) h_j\(x\) = 0"
)


def formula_html(text: str) -> str:
    """Return a formula as MathML, in pieces between which lines may break; prose stays text.

    Lines break between terms, and within the parentheses of a term only if it is too long for one line.

    Args:
        text: A formula as in `ProblemInfo.formula`, for instance `sum_{i<dim} 100 (x_{i+1} - x_i^2)^2`.
    """
    from latex2mathml.converter import convert

    before, colon, formula = _split_introduction(text)
    if not _is_formula(_REMARK.sub("", formula)):
        return f'<span class="bb-formula">{escape(text)}</span>'
    parts = [escape(before + colon)] if before else []
    position = 0
    for remark in (*_REMARK.finditer(formula), None):
        end = remark.start() if remark else len(formula)
        for term in _terms(latex(formula[position:end])):
            drawn = [_drawn(piece, first=not parts and k == 0) for k, piece in enumerate(term)]
            parts.append(drawn[0] if len(drawn) == 1 else f'<span class="bb-term">{" ".join(drawn)}</span>')
        if remark:
            said = escape(remark[0]).replace("y_i", convert("y_i"))
            said = said.replace("g_i(x) &lt;= 0", convert(r"g_i(x) \le 0")).replace("h_j(x) = 0", convert("h_j(x) = 0"))
            parts[-1] += said
            position = remark.end()
    return f'<span class="bb-formula">{" ".join(parts)}</span>'


def _drawn(piece: str, *, first: bool) -> str:
    """Return a piece as MathML; an operator at its beginning is spaced like one between two operands."""
    from latex2mathml.converter import convert

    made: str = convert(piece)
    return made if first or piece[0] not in "+-" else made.replace("<mo>", '<mo form="infix">', 1)


def optimum_html(text: str) -> str:
    """Return the optimum of a function with typeset variables and four significant digits."""
    from latex2mathml.converter import convert

    text = _LONG_NUMBER.sub(lambda found: f"{float(found[0]):#.4g}", text).replace(" dim at ", " D at ")
    return escape(text).replace("x_i", convert("x_i"))


def latex(text: str) -> str:
    """Return a formula in LaTeX; numbers are rounded to four significant digits."""
    text = _LONG_NUMBER.sub(lambda found: f"{float(found[0]):#.4g}", text)
    text = re.sub(r"sqrt (\|\w+\|)", r"sqrt(\1)", text)
    text = text.replace("..", r" \dots ").replace("'", r"^{\top}")
    text = _groups(text, "sqrt", r"\sqrt{", "}")
    text = _groups(text, "^", "^{", "}")
    text = re.sub(r"\^(-?[\w.]+)", r"^{\1}", text)
    return _WORD.sub(_word, text)


def _word(found: re.Match[str]) -> str:
    word, before = found[0], found.string[: found.start()]
    if before.endswith("\\"):
        return word  # it is LaTeX already
    if word in _LABELS:
        return rf"{{\mathrm{{{word}}}}}"
    return _SYMBOLS.get(word) or _FUNCTIONS.get(word) or word


def _groups(text: str, mark: str, opening: str, closing: str) -> str:
    """Replace the parentheses that follow a mark by a group of LaTeX."""
    while (start := text.find(f"{mark}(")) >= 0:
        depth, end = 0, start + len(mark)
        for end in range(start + len(mark), len(text)):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            if depth == 0:
                break
        text = f"{text[:start]}{opening}{text[start + len(mark) + 1 : end]}{closing}{text[end + 1 :]}"
    return text


def _terms(text: str) -> list[list[str]]:
    """Split a formula before each plus and minus and after each comma, but not within a group.

    Returns:
        The terms, each split into pieces at its parentheses.
    """
    terms, inside, depth = [[""]], 0, 0
    for part in re.split(r"(?= [-+] )|(?<=,) |([{}()])", text):
        if not part:
            continue
        if inside == 0 and (part[:3] in {" + ", " - "} or terms[-1][-1].endswith(",")):
            if depth == 0:
                terms.append([""])
            else:
                terms[-1].append("")
        inside += (part == "{") - (part == "}")
        depth += (part == "(") - (part == ")")
        terms[-1][-1] += part
    stripped = ([piece.strip() for piece in term if piece.strip()] for term in terms)
    return [term for term in stripped if term]


def _split_introduction(text: str) -> tuple[str, str, str]:
    found = _BEFORE_COLON.match(text)
    return (found[1], ":", text[found.end() :]) if found else ("", "", text)


def _is_formula(text: str) -> bool:
    known = {*_SYMBOLS, *_FUNCTIONS, *_LABELS, "sqrt"}
    return all(word in known for word in re.findall(r"[A-Za-z]{3,}", text))
