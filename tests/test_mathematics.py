"""Formulas: what a person reads from the MathML, and what is left as it is."""

from __future__ import annotations

import re
import warnings

import pytest

from autograder.messages import LANGUAGES, catalogue
from autograder.report.mathematics import formula
from tests.pages import RIGHT, XSS, Page

READ = {
    RIGHT: "−0.5−0.5logσ2+0.5μ2+0.5exp(logσ2)",
    "log_var*mu": "(logσ2)μ",
    "0.5*log_var*mu^2": "(0.5logσ2)μ2",
    "mu^2*exp(-log_var)": "μ2exp(−logσ2)",
    "log_var^2": "(logσ2)2",
    "mu - (N - x)": "μ−(N−x)",
    "(mu - N)*x": "(μ−N)x",
    "2*3": "2·3",
    "2*-3": "2(−3)",
    "(-x)^2": "(−x)2",
    "abs(mu) + sqrt(x)": "|μ|+x",
    "1e-05*mu": "1·10−5μ",
    "0.333333*KL/N": "0.3333KLN",
    "max(x, 0)": "max(x,0)",
    "sum(mu^2)/2": "∑(μ2)2",
    "decode((1 - t)*mu_start + t*mu_end)": "decode((1−t)μstart+tμend)",
    "N": "N",
}


@pytest.mark.parametrize(("text", "read"), READ.items())
def test_formulas_are_read_as_they_are_meant(text: str, read: str) -> None:
    drawn = formula(text, "en")
    assert drawn is not None and drawn.startswith("<math") and "http" not in drawn
    assert re.sub(r"\s", "", Page(drawn).text) == read


PLAIN = [
    "",
    " ",
    "scalar tensor",
    "tensor (N, D)",
    "None",
    "True",
    "float",
    "N if x else z",
    "x.data",
    "x[0]",
]
PLAIN += [
    "1if x",
    "0x1f",
    "1_0",
    "1.e",
    "x//2",
    "x^^2",
    "mu()",
    "exp()",
    "exp(x=1)",
    "sqrt(x, z)",
    "lambda",
    "x\n",
]
PLAIN += [
    "1e999",
    "9" * 500,
    "(" * 150 + "x" + ")" * 150,
    "(" * 300,
    "x*" * 149,
    "a" * 299 + "!",
    "\\input{x}",
    "μ",
]


@pytest.mark.parametrize("text", [*PLAIN, *XSS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_else_is_left_as_it_is(text: str, language: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert formula(text, language) is None


def test_what_is_nested_deeply_does_no_harm() -> None:
    for text in ("-" * 290 + "x", "x^" * 149 + "x", "exp(" * 70 + "x" + ")" * 70, "+".join("x" * 150)):
        drawn = formula(text, "en")
        assert drawn is None or not Page(drawn).open


def test_both_languages_have_the_same_symbols_and_each_can_be_drawn() -> None:
    tables = []
    for language in LANGUAGES:
        tables.append(catalogue(language)["symbols"])
        for name, latex in tables[-1].items():
            used = f"{name}(x)" if latex.startswith("\\operatorname") else name
            drawn = formula(used, language)
            assert drawn is not None and "\\" not in Page(drawn).text
    assert tables[0].keys() == tables[1].keys()
