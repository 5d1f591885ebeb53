"""Turn the arrays of a model's pictures into what a page shows: PNG sheets, and the points of SVG charts."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from autograder.report.charts import LineChart, line_chart
from autograder.vae.pages.pictures import HIDDEN_FROM_ROW, Images, Pictures

UNKNOWN = (0x88, 0xCC, 0xEE)  # the blue of the hand-out's plots, which can't be mistaken for a grey pixel
GAP = 96
FINEST = 0xFC  # 64 shades of grey: half as many bytes, and no visible difference
TILE = 30
SAMPLE_COLUMNS = 8


@dataclass(frozen=True)
class Sheet:
    """A PNG as a data URI, with its size in pixels."""

    uri: str
    width: int
    height: int


def sheet(images: NDArray[np.uint8], columns: int | None = None) -> Sheet:
    """A sheet of grey images (K, 28, 28) or colour images (K, 28, 28, 3), in one row unless ``columns`` is given."""
    return _sheet(images.tobytes(), images.shape, columns or max(1, len(images)))


@lru_cache(maxsize=32)  # what all pages share is drawn once
def _sheet(content: bytes, shape: tuple[int, ...], columns: int) -> Sheet:
    images = np.frombuffer(content, np.uint8).reshape(shape)
    rows = -(-len(images) // columns)
    tiles = np.full((rows * columns, TILE, TILE, *images.shape[3:]), GAP, np.uint8)
    tiles[: len(images), 1:-1, 1:-1] = images
    whole = tiles.reshape(rows, columns, *tiles.shape[1:]).swapaxes(1, 2)
    whole = whole.reshape(rows * TILE, columns * TILE, *images.shape[3:])
    png = io.BytesIO()
    Image.fromarray(whole & FINEST).save(png, "PNG", compress_level=3)
    uri = "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()
    return Sheet(uri, whole.shape[1], whole.shape[0])


def known_part(originals: Images) -> NDArray[np.uint8]:
    """The images as restore gets them, in colour: hidden pixels are blue."""
    seen = np.repeat(originals[..., np.newaxis], 3, axis=3)
    seen[:, HIDDEN_FROM_ROW:] = UNKNOWN
    return seen


def filled_with_average(pictures: Pictures) -> Images:
    """The baseline that a model must beat: the mean image in the hidden pixels."""
    filled = pictures.originals.copy()
    filled[:, HIDDEN_FROM_ROW:] = pictures.average[:, HIDDEN_FROM_ROW:]
    return filled


def error(images: Images, originals: Images) -> float:
    """The mean squared error per hidden pixel, with pixels in [0, 1]."""
    difference = (images.astype(np.float64) - originals)[:, HIDDEN_FROM_ROW:] / 255
    return float(np.square(difference).mean())


def loss_chart(curves: dict[str, NDArray[np.float32]]) -> LineChart | None:
    """A chart of the named losses by epoch, without those that have no points; None if no curve is left."""
    lines = {name: list(enumerate(values.tolist(), 1)) for name, values in curves.items()}
    return line_chart(lines, counted=True)


@dataclass(frozen=True)
class Cloud:
    """The codes of one digit: SVG path data with a dot per code, and the position of the numeral."""

    digit: int
    dots: str
    at: tuple[float, float]


RADIUS = 100  # a latent map is drawn in a box from -RADIUS to RADIUS


@dataclass(frozen=True)
class LatentMap:
    """Codes by digit in a box of side 2 x RADIUS, and the length of one unit of the code in it."""

    clouds: Sequence[Cloud]
    unit: float


def latent_map(pictures: Pictures, reach: float) -> LatentMap:
    """A map that shows codes up to ``reach`` from 0; those farther out are drawn at its edge."""
    placed = np.clip(pictures.codes / reach, -1, 1) * RADIUS * (1, -1)
    return LatentMap(list(_clouds(placed.round(1), pictures.labels)), round(RADIUS / reach, 2))


def _clouds(placed: NDArray[Any], labels: Images) -> Iterator[Cloud]:
    for digit in np.unique(labels).tolist():
        points = placed[labels == digit]
        middle = np.median(points, axis=0)
        dots = "".join(f"M{x:g} {y:g}h0" for x, y in points.tolist())
        yield Cloud(digit, dots, (round(float(middle[0]), 1), round(float(middle[1]), 1)))


def reach(*several: Pictures) -> float:
    """How far a map must reach to show nearly all codes of all these, at most 4 times as far as for the last one."""
    far = [float(np.quantile(np.abs(each.codes), 0.995)) if len(each.codes) else 0.0 for each in several]
    return 1.05 * max(2.5, min(max(far), 4 * max(2.5, far[-1])))
