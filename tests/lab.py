"""A small lab notebook with the conventions of the real one, for the tests of nbgrader."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

POINTS = {
    "reparameterize": 20,
    "reconstruction_loss": 10,
    "kl_divergence": 12,
    "loss_function": 8,
    "train_epoch": 11,
    "train": 9,
    "short_run": 10,
    "generate": 7,
    "interpolate": 6,
    "restore": 7,
}
WRITTEN = {"theory-elbo": 30, "analysis-samples": 20}


def notebook() -> Any:
    """The notebook as it lies in source/."""
    cells = [new_markdown_cell("# Variational autoencoder"), new_code_cell("import vae")]
    for name, points in POINTS.items():
        test = new_code_cell(f"check('{name}')\n### BEGIN HIDDEN TESTS\nSECRET = 1\n### END HIDDEN TESTS")
        cells.append(role(test, name, points, grade=True, locked=True))
        if name == "short_run":
            cells.append(new_code_cell("plot(losses)"))
    for name, points in WRITTEN.items():
        cells.append(role(new_markdown_cell(f"{name}?"), name, points, grade=True, solution=True))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def role(cell: Any, name: str, points: float, **flags: bool) -> Any:
    """The cell with nbgrader's metadata."""
    usual = {"grade": False, "solution": False, "locked": False, "task": False}
    cell.metadata.nbgrader = {"schema_version": 3, "grade_id": name, "points": points, **usual, **flags}
    return nbformat.from_dict(cell)
