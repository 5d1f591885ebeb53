"""A student's pictures beside the instructor's, ready for the page, and a small one for the class page."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from autograder.report.charts import LineChart
from autograder.results import Result
from autograder.vae.checks.band import MEASURED
from autograder.vae.pages.drawings import (
    RADIUS,
    SAMPLE_COLUMNS,
    LatentMap,
    Sheet,
    error,
    filled_with_average,
    known_part,
    latent_map,
    loss_chart,
    reach,
    sheet,
)
from autograder.vae.pages.pictures import Images, Pictures, read

__all__ = ["Showcase", "contact_sheet", "read", "showcase", "was_trained"]

SIDE = 4  # the class page's picture shows 4 x 4 of the 64 samples


@dataclass(frozen=True)
class ImageRow:
    """A row of images. ``name`` says whose or what they are; ``error`` is the error of restored pixels."""

    name: str
    sheet: Sheet
    error: str | None = None


@dataclass(frozen=True)
class Showcase:
    """Everything that is drawn. The student's is called ``own``, and what it is compared with ``instructors``."""

    steps: int
    dataset: str
    compared: bool
    losses: LineChart | None
    numbers: Mapping[str, Sequence[str]]
    reconstructions: Sequence[ImageRow]
    samples: Sequence[ImageRow]
    maps: Mapping[str, LatentMap]
    radius: int
    interpolation: Sequence[ImageRow]
    restoration: Sequence[ImageRow]


def showcase(own: Pictures, instructors: Pictures | None) -> Showcase:
    """The pictures of a student's model, beside the instructor's if data set and number of steps are the same."""
    both = {"own": own}
    if instructors is not None and (instructors.dataset, instructors.steps) == (own.dataset, own.steps):
        both["instructors"] = instructors
    curves = {name: each.losses for name, each in both.items()}
    far = reach(*both.values())
    return Showcase(
        steps=own.steps,
        dataset=own.dataset,
        compared=len(both) > 1,
        losses=loss_chart(curves),
        numbers={name: [f"{loss:.1f}" for loss in curve.tolist()] for name, curve in curves.items()},
        reconstructions=[
            ImageRow("originals", sheet(own.originals)),
            *(ImageRow(name, sheet(each.reconstructions)) for name, each in both.items()),
        ],
        samples=[ImageRow(name, sheet(each.samples, SAMPLE_COLUMNS)) for name, each in both.items()],
        maps={name: latent_map(each, far) for name, each in both.items()},
        radius=RADIUS,
        interpolation=[ImageRow(name, sheet(each.interpolation)) for name, each in both.items()],
        restoration=[
            ImageRow("originals", sheet(own.originals)),
            ImageRow("known", sheet(known_part(own.originals))),
            _restored("average", filled_with_average(own), own),
            *(_restored(name, each.restored, own) for name, each in both.items()),
        ],
    )


def _restored(name: str, images: Images, own: Pictures) -> ImageRow:
    return ImageRow(name, sheet(images), f"{error(images, own.originals):.4f}")


def was_trained(result: Result) -> bool:
    """Whether there should be pictures, which takes a short run that finished training."""
    return any(check.message_id in MEASURED for check in result.checks)


def contact_sheet(own: Pictures) -> bytes:
    """The first samples in a square, as PNG: small enough for a page with a thousand of them."""
    _, height, width = own.samples.shape
    shown = own.samples[: SIDE * SIDE].reshape(SIDE, SIDE, height, width).swapaxes(1, 2)
    content = io.BytesIO()
    Image.fromarray(shown.reshape(SIDE * height, SIDE * width)).save(content, "PNG")
    return content.getvalue()
