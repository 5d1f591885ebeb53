"""Mutation testing's own parts, without grading: which mutants there are, and how a verdict is read."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from autograder.results import Check
from tests.mutation import operators
from tests.mutation.__main__ import problem, report
from tests.mutation.grading import Verdict
from tests.mutation.mutants import Mutant, behaviour, difference, equivalent, mutants, solution
from tests.mutation.operators import OPERATORS, Code


def test_the_same_mutants_every_time() -> None:
    assert mutants.__wrapped__() == mutants()


def test_every_mutant_is_another_program() -> None:
    names = Counter(mutant.name for mutant in mutants())
    programs = Counter((mutant.file, behaviour(mutant.source)) for mutant in mutants())
    assert max(names.values()) == max(programs.values()) == 1
    for file, source in solution().items():
        assert (file, behaviour(source)) not in programs


def test_layout_comments_docstrings_and_types_are_no_behaviour() -> None:
    documented = 'def f(x: int = 1) -> int:\n    """One."""\n    return x  # so it is\n'
    assert behaviour(documented) == behaviour("def f(x=1):\n  return x")
    assert behaviour(documented) != behaviour("def f(x=2):\n  return x")


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("loss.py", "mu.square() + log_var.exp()", "mu.square() - log_var.exp()"),
        ("loss.py", "torch.sum(", "torch.mean("),
        ("loss.py", 'reduction="sum"', 'reduction="mean"'),
        ("loss.py", "0.5 * torch.sum(", "-0.5 * torch.sum("),
        ("model.py", "torch.exp(0.5 * log_var)", "torch.exp(log_var)"),
        ("model.py", "randn_like", "rand_like"),
        ("model.py", "mu + std * epsilon", "mu"),
        ("training.py", "optimizer.zero_grad(set_to_none=True)", "pass"),
        ("training.py", "optimizer.step()", "pass"),
        ("training.py", "model.train()", "pass"),
        ("training.py", "images.to(device)", "images"),
        ("training.py", "len(loader.dataset)", "len(loader)"),
        ("training.py", "Adam(", "AdamW("),
        ("latent.py", "torch.no_grad()", "torch.enable_grad()"),
        ("latent.py", "encode(x_start)", "encode(x_end)"),
        ("latent.py", "where(is_known, x, 0.5)", "where(is_known, 0.5, x)"),
    ],
)
def test_a_known_mistake_is_a_mutant(file: str, before: str, after: str) -> None:
    wanted = {
        behaviour(source[:start] + after + source[start + len(before) :])
        for source in [solution()[file]]
        for start in range(len(source))
        if source.startswith(before, start)
    }
    assert wanted & {behaviour(mutant.source) for mutant in mutants() if mutant.file == file}


@pytest.mark.parametrize(
    ("operator", "source", "expected"),
    [
        (operators.drop_statement, "def f():\n    '''D'''\n    g()\n", ["def f():\n    '''D'''\n    pass\n"]),
        (operators.swap_statements, "def f():\n    a()\n    b()\n", ["def f():\n    b()\n    a()\n"]),
        (operators.stop_after_first, "for a in b:\n    c()\n", ["for a in b:\n    c()\n    break\n"]),
        (operators.stop_after_first, "[a for a in b]\n", ["[a for a in b[:1]]\n"]),
        (operators.empty_comprehension, "[a for a in b]\n", ["[a for a in []]\n"]),
        (operators.undo_call, "import torch\na = torch.exp(b * c)\n", ["import torch\na = (b * c)\n"]),
        (operators.undo_call, "a = b.to(device)\n", ["a = b\n"]),
        (operators.drop_argument, "f(a, b=c)\n", ["f(a)\n"]),
        (operators.drop_argument, "f(a=b, c=d)\n", ["f(c=d)\n", "f(a=b)\n"]),
        (operators.swap_neighbours, "f(a, b)\n", ["f(b, a)\n"]),
        (operators.swap_neighbours, "a, b = c\n", ["b, a = c\n"]),
        (operators.swap_neighbours, "a - (b + c)\n", ["(b + c) - a\n"]),
        (operators.drop_operand, "a + b * c\n", ["a\n", "(b * c)\n", "a + b\n", "a + c\n"]),
        (operators.drop_attribute, "len(a.b)\n", ["len(a)\n"]),
        (operators.similar_function, "a.sum('sum')\n", ["a.mean('sum')\n", 'a.sum("mean")\n']),
        (
            operators.other_variable,
            "def f(a: T, b: T, c: U):\n    a\n",
            ["def f(a: T, b: T, c: U):\n    b\n"],
        ),
        (operators.detach, "def f(a: Tensor, b):\n    a, b\n", ["def f(a: Tensor, b):\n    a.detach(), b\n"]),
        (operators.nudge_float, "0.5 * 1\n", ["0.505 * 1\n"]),
    ],
)
def test_an_operator_of_its_own(operator: operators.Operator, source: str, expected: list[str]) -> None:
    code = Code(source)
    found = [code.edited(edit) for edit in operator(code)]
    assert [ast.dump(ast.parse(each)) for each in found] == [ast.dump(ast.parse(each)) for each in expected]


def test_no_operator_is_idle() -> None:
    assert {operator.__name__ for operator in OPERATORS} <= {mutant.operator for mutant in mutants()}


def test_the_changed_lines_are_told() -> None:
    assert difference("a\n  b\nc\n", "a\n  d\nc\n") == (2, "b", "d")


def test_no_entry_of_the_equivalent_mutants_is_stale_or_without_a_reason() -> None:
    keys = Counter(mutant.key for mutant in mutants())
    for key, why in equivalent().items():
        assert keys[key] == 1, key
        assert why.strip(), key


def lost(part: str, name: str = "a_check", outcome: str = "failed") -> Check:
    return Check(name, part, "", 0.0, 1.0, outcome, "", "")


def mutant(key: tuple[str, str, str] = ("loss.py", "a", "b")) -> Mutant:
    return Mutant("m", key[0], "Operator", 7, key[1], key[2], "")


def test_a_mutant_that_keeps_all_points_is_a_problem() -> None:
    assert problem(Verdict(mutant(), ())) == "survived"
    assert problem(Verdict(mutant(), (lost("loss"),))) == ""


def test_an_equivalent_mutant_that_loses_points_is_a_problem() -> None:
    listed = mutant(next(iter(equivalent())))
    assert problem(Verdict(listed, ())) == ""
    assert problem(Verdict(listed, (lost("training"),))).startswith("equivalent, yet lost points")


def test_points_lost_in_another_part_are_a_problem_but_not_in_the_short_run() -> None:
    assert problem(Verdict(mutant(), (lost("loss"), lost("latent", "there")))) == "lost elsewhere: there"
    assert problem(Verdict(mutant(), (lost("training", "short_run"),))) == ""


def test_the_report_counts() -> None:
    equal = mutant(next(iter(equivalent())))
    found = [
        Verdict(mutant(), (lost("loss"),)),
        Verdict(mutant(), (lost("loss", outcome="error"),)),
        Verdict(mutant(), (lost("training", "short_run"),)),
        Verdict(mutant(), ()),
        Verdict(equal, ()),
    ]
    text = report(found, seed=1, jobs=2, seconds=3.0)
    assert "**Score: 3 of 4 = 75.0 %**" in text
    assert "2 of 3 = 66.7 %" in text
    assert "| **all** | **all** | 5 | 3 | 1 | 1 | 1 | 1 |" in text
    assert "m, `loss.py` line 7, Operator: survived" in text
