"""Mistakes that cosmic-ray has no operator for, above all those of deep learning: each a few lines of ``ast``.

An operator takes a parsed file and yields edits of its text, so that a mutant differs in nothing else.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

N = TypeVar("N", bound=ast.AST)

SIMILAR = {
    "sum": ["mean"],
    "exp": ["exp2"],
    "square": ["abs"],
    "randn": ["rand"],
    "randn_like": ["rand_like"],
    "binary_cross_entropy": ["binary_cross_entropy_with_logits", "mse_loss"],
    "linspace": ["logspace"],
    "no_grad": ["enable_grad"],
    "train": ["eval"],
    "Adam": ["AdamW", "SGD"],
    "ReLU": ["LeakyReLU", "Tanh"],
    "Sigmoid": ["Tanh", "Identity"],
    "encode": ["forward"],
}
NUDGE = 1.01
# Names that are not tensors or numbers: a call of their methods is undone to its first argument.
OWNERS = {"self", "super", "model", "optimizer"}
BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True)
class Edit:
    """Bytes ``start`` to ``end`` of a file become ``new``."""

    start: int
    end: int
    new: str


class Code:
    """A parsed file, with the position of each node in its bytes."""

    def __init__(self, source: str) -> None:
        self.bytes = source.encode()
        self.tree = ast.parse(source)
        self._lines = [0]
        for line in self.bytes.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self.modules = {
            alias.asname or alias.name.partition(".")[0]
            for node in ast.walk(self.tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }

    def nodes(self, kind: type[N]) -> list[N]:
        return sorted(
            (node for node in ast.walk(self.tree) if isinstance(node, kind)),
            key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)),
        )

    def functions(self) -> list[ast.FunctionDef]:
        return self.nodes(ast.FunctionDef)

    def start(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> int:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self._lines[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.expr | ast.stmt) -> str:
        return self.bytes[self.start(node) : self.end(node)].decode()

    def operand(self, node: ast.expr) -> str:
        """The node's text, in parentheses unless it can stand anywhere without them."""
        return (
            self.text(node)
            if isinstance(node, (ast.Name, ast.Attribute, ast.Call))
            else f"({self.text(node)})"
        )

    def replaced(self, node: ast.expr | ast.stmt, new: str) -> Edit:
        return Edit(self.start(node), self.end(node), new)

    def swapped(self, first: ast.expr | ast.stmt, second: ast.expr | ast.stmt) -> Edit:
        between = self.bytes[self.end(first) : self.start(second)].decode()
        return Edit(self.start(first), self.end(second), self.text(second) + between + self.text(first))

    def edited(self, edit: Edit) -> str:
        return (self.bytes[: edit.start] + edit.new.encode() + self.bytes[edit.end :]).decode()


Operator = Callable[[Code], Iterator[Edit]]


def statements(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    """The blocks of a function, without docstrings."""
    for node in ast.walk(function):
        for name in BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                yield [each for each in block if not is_docstring(each)]


def is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def drop_statement(code: Code) -> Iterator[Edit]:
    """``optimizer.step()`` -> ``pass``."""
    for function in code.functions():
        for block in statements(function):
            for statement in block:
                if not isinstance(statement, (ast.For, ast.With)):
                    yield code.replaced(statement, "pass")


def swap_statements(code: Code) -> Iterator[Edit]:
    """Swap neighbours: ``optimizer.step()`` before ``loss.backward()``."""
    for function in code.functions():
        for block in statements(function):
            for first, second in pairwise(block):
                if not isinstance(second, ast.Return):
                    yield code.swapped(first, second)


def stop_after_first(code: Code) -> Iterator[Edit]:
    """Stop loops after one iteration."""
    for loop in code.nodes(ast.For):
        end = code.end(loop.body[-1])
        yield Edit(end, end, "\n" + " " * loop.body[-1].col_offset + "break")
    for comprehension in code.nodes(ast.ListComp):
        yield code.replaced(
            comprehension.generators[0].iter, f"{code.text(comprehension.generators[0].iter)}[:1]"
        )


def empty_comprehension(code: Code) -> Iterator[Edit]:
    """Do what cosmic-ray's ZeroIterationForLoop does, for comprehensions."""
    for comprehension in code.nodes(ast.ListComp):
        yield code.replaced(comprehension.generators[0].iter, "[]")


def undo_call(code: Code) -> Iterator[Edit]:
    """``images.to(device)`` -> ``images``, ``torch.exp(a)`` -> ``a``."""
    whole = {id(statement.value) for statement in code.nodes(ast.Expr)}
    for call in code.nodes(ast.Call):
        if id(call) in whole:
            continue
        root: ast.expr = call.func
        while isinstance(root, ast.Attribute):
            root = root.value
        owned = isinstance(root, ast.Name) and root.id in code.modules | OWNERS
        if isinstance(call.func, ast.Attribute) and not owned:
            yield code.replaced(call, code.operand(call.func.value))
        elif call.args:
            yield code.replaced(call, code.operand(call.args[0]))


def drop_argument(code: Code) -> Iterator[Edit]:
    """Drop a keyword argument, which then has its default, or a layer of a network."""
    for call in code.nodes(ast.Call):
        given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        is_network = code.text(call.func) == "nn.Sequential"
        for index, argument in enumerate(given):
            if not is_network and not isinstance(argument, ast.keyword):
                continue
            if index + 1 < len(given):
                yield Edit(code.start(argument), code.start(given[index + 1]), "")
            else:
                before = code.end(given[index - 1]) if index else code.start(argument)
                yield Edit(before, code.end(argument), "")


def swap_neighbours(code: Code) -> Iterator[Edit]:
    """Swap two arguments, two parts of a tuple or two operands."""
    for call in code.nodes(ast.Call):
        for first, second in pairwise(call.args):
            yield code.swapped(first, second)
    for row in code.nodes(ast.Tuple):
        for first, second in pairwise(row.elts):
            yield code.swapped(first, second)
    for node in code.nodes(ast.BinOp):
        if isinstance(node.op, (ast.Sub, ast.Div)):
            sign = "-" if isinstance(node.op, ast.Sub) else "/"
            yield code.replaced(node, f"{code.operand(node.right)} {sign} {code.operand(node.left)}")


def drop_operand(code: Code) -> Iterator[Edit]:
    """``a + b`` -> ``a``, and ``b``."""
    for node in code.nodes(ast.BinOp):
        yield code.replaced(node, code.operand(node.left))
        yield code.replaced(node, code.operand(node.right))


def drop_attribute(code: Code) -> Iterator[Edit]:
    """``len(loader.dataset)`` -> ``len(loader)``."""
    called = {id(call.func) for call in code.nodes(ast.Call)}
    for node in code.nodes(ast.Attribute):
        of_module = isinstance(node.value, ast.Name) and node.value.id in code.modules
        if id(node) not in called and isinstance(node.ctx, ast.Load) and not of_module:
            yield code.replaced(node, code.text(node.value))


def similar_function(code: Code) -> Iterator[Edit]:
    """Use a similar function, such as ``rand`` for ``randn`` or ``mean`` for ``sum``."""
    for node in code.nodes(ast.Attribute):
        for other in SIMILAR.get(node.attr, []):
            yield Edit(code.end(node) - len(node.attr), code.end(node), other)
    for constant in code.nodes(ast.Constant):
        if isinstance(constant.value, str):
            for other in SIMILAR.get(constant.value, []):
                yield code.replaced(constant, f'"{other}"')


def other_variable(code: Code) -> Iterator[Edit]:
    """Use a parameter instead of another of the same type, or a local variable instead of another."""
    for function in code.functions():
        groups: dict[str, list[str]] = {}
        for parameter in function.args.args:
            if parameter.annotation is not None:
                groups.setdefault(code.text(parameter.annotation), []).append(parameter.arg)
        bound = first_bound(function)
        groups["locals"] = [
            name for name in bound if name not in {each for g in groups.values() for each in g}
        ]
        for name in names_in(function):
            for group in groups.values():
                for other in group if name.id in group else []:
                    if other != name.id and bound.get(other, 0) < name.lineno:
                        yield code.replaced(name, other)


def detach(code: Code) -> Iterator[Edit]:
    """Cut a tensor off from the graph: ``mu`` -> ``mu.detach()``."""
    for function in code.functions():
        if any(isinstance(node, ast.With) for node in ast.walk(function)):
            continue  # without gradients there is nothing to cut off
        tensors = set(first_bound(function)) | {
            each.arg
            for each in function.args.args
            if each.annotation is not None and code.text(each.annotation) == "Tensor"
        }
        owners = {
            id(call.func.value)
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
            if call.func.attr in ("append", "backward", "step", "zero_grad")
        }
        for name in names_in(function):
            if name.id in tensors and id(name) not in owners:
                yield code.replaced(name, f"{name.id}.detach()")


def nudge_float(code: Code) -> Iterator[Edit]:
    """Change a float by one percent."""
    for constant in code.nodes(ast.Constant):
        if isinstance(constant.value, float):
            yield code.replaced(constant, f"{constant.value * NUDGE:g}")


def first_bound(function: ast.FunctionDef) -> dict[str, int]:
    """The line where each local variable is bound first; ``_`` does not count."""
    lines: dict[str, int] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id != "_":
            lines[node.id] = min(node.lineno, lines.get(node.id, node.lineno))
    return lines


def names_in(function: ast.FunctionDef) -> Iterable[ast.Name]:
    """The names that a function's body reads, in order."""
    found = [
        node
        for statement in function.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


OPERATORS: tuple[Operator, ...] = (
    drop_statement,
    swap_statements,
    stop_after_first,
    empty_comprehension,
    undo_call,
    drop_argument,
    swap_neighbours,
    drop_operand,
    drop_attribute,
    similar_function,
    other_variable,
    detach,
    nudge_float,
)
