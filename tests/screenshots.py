"""Screenshots of the demo's pages: ``python tests/screenshots.py OUT TO`` writes TO/PAGE-SIZE-COLOURS.png.

Phone and laptop are taken in light and dark, paper only in light. A small palette keeps the files small.
"""

import io
import sys
from pathlib import Path

from browser import chromium
from PIL import Image

SIZES = {"phone": (390, 844), "laptop": (1280, 900), "print": (794, 1123)}  # A4 at 96 dpi
STUDENT = "park-jihoon"  # lost points, has a misconception with its picture, and a trained model


def main(out: Path, to: Path) -> None:
    pages = {"class": out / "index.html", "student": out / "feedback" / f"{STUDENT}.html"}
    to.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, path in pages.items():
            for size, (width, height) in SIZES.items():
                for colours in ("light", "dark"):
                    if (size, colours) == ("print", "dark"):
                        continue
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)
                    page.goto(path.resolve().as_uri())
                    if size == "print":
                        page.emulate_media(media="print")
                    page.evaluate(
                        "document.querySelectorAll('img').forEach((image) => (image.loading = 'eager'))"
                    )
                    page.wait_for_load_state("networkidle")
                    picture = page.screenshot(full_page=size != "laptop")
                    page.close()
                    save(picture, to / f"{name}-{size}-{colours}.png")


def save(picture: bytes, path: Path) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(path, optimize=True)
    print(f"{path}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python tests/screenshots.py OUT TO")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
