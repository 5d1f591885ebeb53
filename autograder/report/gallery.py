"""Pictures for the class page: what a submission's model drew, small enough for a thousand of them."""

from __future__ import annotations

import io

from PIL import Image

from autograder.pictures import Images

SIDE = 4  # of the 64 samples 16


def contact_sheet(samples: Images) -> bytes:
    """The first images side by side, as PNG."""
    _, height, width = samples.shape
    sheet = samples[: SIDE * SIDE].reshape(SIDE, SIDE, height, width).swapaxes(1, 2)
    content = io.BytesIO()
    Image.fromarray(sheet.reshape(SIDE * height, SIDE * width)).save(content, "PNG")
    return content.getvalue()
