"""Formulas in plain text -> MathML, by way of LaTeX. Browsers draw it without a script and without a font of its own.

A formula is written as in Python, but with ^ for powers. The homework's words name its symbols in LaTeX.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from functools import lru_cache

from markupsafe import Markup

from autograder.messages import catalogue

LONGEST = 300  # letters of a formula that is drawn
FORMULA = re.compile(r"(?:\b\d+\.?\d*(?:e[+-]?\d+)?\b|\b[A-Za-z_]\w*\b|[-+*/^(), ])+", re.ASCII)
NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # HTML does without
FUNCTIONS = {name: rf"\{name}" for name in "exp log sum max min sin cos tanh".split()}
FUNCTIONS |= {
    name: rf"\operatorname{{{name}}}" for name in "mean std length round relu sigmoid softplus".split()
}
AROUND = {"sqrt": r"\sqrt{%s}", "abs": r"\left|%s\right|"}
# How tightly something holds together. NAMED: a symbol of several letters, which a following factor must not touch.
SUM, SIGNED, NAMED, PRODUCT, ATOM = range(5)


@lru_cache(maxsize=4096)  # a class makes the same mistakes
def formula(text: str, language: str) -> Markup | None:
    """The formula as MathML; None if the text is no formula, or has a name that is no symbol in this language.

    Browsers break no line inside MathML, so each term of a sum is a piece of its own.
    """
    if len(text) > LONGEST or not FORMULA.fullmatch(text):
        return None
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval")
        terms = _terms(tree.body, catalogue(language)["symbols"])
        return Markup("<wbr>").join(Markup(mathml(term)) for term in terms)
    except (SyntaxError, LookupError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None


def mathml(latex: str, display: str = "inline") -> str:
    """LaTeX as MathML for an HTML page."""
    from latex2mathml.converter import convert  # a quarter of the time that importing all pages takes

    made = convert(latex, display=display).replace(NAMESPACE, "")
    return str(made.replace("<mi>log</mi>", '<mi>log</mi><mspace width="0.17em"/>'))


def _terms(node: ast.expr, symbols: Mapping[str, str]) -> list[str]:
    """The LaTeX of the terms of a sum; {} before a sign makes it one between two terms."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)):
        return [_latex(node, symbols)[0]]
    sign = "+" if isinstance(node.op, ast.Add) else "-"
    return [*_terms(node.left, symbols), f"{{}} {sign} {_inside(node.right, symbols, NAMED)[0]}"]


def _inside(
    node: ast.expr, symbols: Mapping[str, str], least: int = SUM, but: int | None = None
) -> tuple[str, int]:
    """``_latex`` in brackets, if it holds less tightly than ``least``, or exactly as ``but``."""
    latex, holds = _latex(node, symbols)
    return (latex, holds) if holds >= least and holds != but else (rf"\left({latex}\right)", ATOM)


def _latex(node: ast.expr, symbols: Mapping[str, str]) -> tuple[str, int]:
    """The LaTeX of an expression, and how tightly it holds together. Raises LookupError for what has no LaTeX."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return _number(value), ATOM
        case ast.Name(id=name):
            return symbols[name], NAMED if re.search(r"[ ^]|\\log", symbols[name]) else ATOM
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{_inside(operand, symbols, NAMED)[0]}", SIGNED
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            return " ".join(_terms(node, symbols)), SUM
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            (first, before), (second, behind) = (
                _inside(left, symbols, SIGNED, but=NAMED),
                _inside(right, symbols, NAMED),
            )
            dot = r"\cdot" if second[0].isdigit() else r"\,"
            return f"{first} {dot} {second}", min(before, behind, PRODUCT)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return rf"\dfrac{{{_inside(left, symbols)[0]}}}{{{_inside(right, symbols)[0]}}}", PRODUCT
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"{{{_inside(left, symbols, ATOM)[0]}}}^{{{_inside(right, symbols)[0]}}}", PRODUCT
        case ast.Call(func=ast.Name(id=name), args=[only], keywords=[]) if name in AROUND:
            return AROUND[name] % _inside(only, symbols)[0], ATOM
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as given, keywords=[]):
            called = FUNCTIONS.get(name) or symbols[name]
            return rf"{called}\left({', '.join(_inside(each, symbols)[0] for each in given)}\right)", PRODUCT
    raise LookupError(type(node).__name__)


def _number(value: float) -> str:
    """A number with at most four digits. Raises OverflowError for one that is too large."""
    if not math.isfinite(value):
        raise OverflowError
    digits, _, exponent = f"{value:.4g}".partition("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits
