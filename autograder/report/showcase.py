"""A student's pictures beside the instructor's, ready for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.pictures import Images, Pictures
from autograder.report.drawings import (
    RADIUS,
    SAMPLE_COLUMNS,
    LatentMap,
    LossChart,
    Sheet,
    error,
    filled_with_average,
    known_part,
    latent_map,
    loss_chart,
    reach,
    sheet,
)


@dataclass(frozen=True)
class Row:
    """A row of images. ``name`` says whose or what they are; ``error`` is that of restored pixels."""

    name: str
    sheet: Sheet
    error: str | None = None


@dataclass(frozen=True)
class Showcase:
    """Everything that is drawn; the student's is called ``own``, what it is compared with ``instructors``."""

    steps: int
    dataset: str
    compared: bool
    losses: LossChart | None
    numbers: Mapping[str, Sequence[str]]
    reconstructions: Sequence[Row]
    samples: Sequence[Row]
    maps: Mapping[str, LatentMap]
    radius: int
    interpolation: Sequence[Row]
    restoration: Sequence[Row]


def showcase(own: Pictures, instructors: Pictures | None) -> Showcase:
    """The pictures of a student's model; beside the instructor's where these are of the same data and training."""
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
            Row("originals", sheet(own.originals)),
            *(Row(name, sheet(each.reconstructions)) for name, each in both.items()),
        ],
        samples=[Row(name, sheet(each.samples, SAMPLE_COLUMNS)) for name, each in both.items()],
        maps={name: latent_map(each, far) for name, each in both.items()},
        radius=RADIUS,
        interpolation=[Row(name, sheet(each.interpolation)) for name, each in both.items()],
        restoration=[
            Row("originals", sheet(own.originals)),
            Row("known", sheet(known_part(own.originals))),
            _restored("average", filled_with_average(own), own),
            *(_restored(name, each.restored, own) for name, each in both.items()),
        ],
    )


def _restored(name: str, images: Images, own: Pictures) -> Row:
    return Row(name, sheet(images), f"{error(images, own.originals):.4f}")
