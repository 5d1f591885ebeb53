"""What knows the homework is in one folder: nothing else in the engine imports it or speaks of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import kit
from autograder.homework import homework

FOLDER = kit.DEFAULT
DISTRIBUTION = "vae-homework-kit"  # what pip installs: the kit's name, whichever homework it grades
COMMON = {"loss"}  # OUT/run.json also uses it, for the number that a control reached
# Words of the subject; parts, stubs and files are added from the record.
SUBJECT = r"reparam|log_var|\bkl_|\bvae\b|\b784\b|\bmnist\b|\blatent|recon_x|variational|\belbo\b|\bencoder\b|\bdecoder\b|\bfour files\b|네 파일|파일 네 개"


def engine() -> Iterator[Path]:
    """The engine's files: code, words, templates."""
    for path in sorted(kit.ENGINE.rglob("*")):
        inside = path.relative_to(kit.ENGINE).parts
        if path.suffix in (".py", ".toml", ".html", ".j2", ".js") and inside[0] not in (FOLDER.name, "kit"):
            yield path


def spoken_of(text: str) -> set[str]:
    """The words of the homework that a text contains."""
    stubs = sorted(homework().stubs, key=len, reverse=True)
    names = [*map(re.escape, homework().files), *(rf"\b{stub}\b" for stub in stubs if "_" in stub)]
    quoted = [rf"[\"']{re.escape(name)}[\"']" for name in {*homework().parts, *stubs} - COMMON]
    words = re.compile("|".join([SUBJECT, *names, *quoted]), re.IGNORECASE)
    return set(words.findall(text.replace(DISTRIBUTION, "")))


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", engine(), ids=lambda path: str(path.relative_to(kit.ENGINE)))
def test_the_engine_neither_imports_nor_names_the_homework(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert spoken_of(text) == set()
    if path.suffix == ".py":
        package = f"{kit.__package__}.{FOLDER.name}"
        assert [name for name in imported(text) if f"{name}.".startswith(f"{package}.")] == []


@pytest.mark.parametrize(
    "text",
    [
        "shape = (3, 784)", "# the VAE's own", "from autograder.vae import checks", 'part == "latent"', "loss.py",
        "kl_divergence", "'train'", "log_var", "MNIST", 'stub = "generate"', "the ELBO", "Hand in the four files.",
    ],
)  # fmt: skip
def test_what_speaks_of_the_homework_is_noticed(text: str) -> None:
    assert spoken_of(text) != set()
