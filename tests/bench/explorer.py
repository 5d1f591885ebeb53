"""What runs/explore.html costs: its size, how long it takes to open, and how smooth it is while somebody drags."""

import shutil
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

sys.path += [str(Path(__file__).resolve().parents[1])]  # for the browser
from browser import chromium, executable
from reports import opening

ROOT = Path(__file__).resolve().parents[2]
SECONDS, EPOCHS = 5.0, 20
FRAMES = "window.frames_seen = []; (function count(now) { frames_seen.push(now); requestAnimationFrame(count); })(0)"
DECODE = "() => { const begun = performance.now(); for (let i = 0; i < 200; i++) decode(z); return (performance.now() - begun) / 200; }"
DRAGGED = {
    "the map": "#map",
    "along the path": "#along",
    "a number of z": "#sliders input >> nth=3",
    "the brush": "#brush",
}


def measure(share: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        handout = Path(name, "assignment")
        shutil.copytree(ROOT / "assignment", handout, ignore=shutil.ignore_patterns("__pycache__", "runs"))
        shutil.copytree(ROOT / "solution" / "vae", handout / "vae", dirs_exist_ok=True)
        command = [sys.executable, "-m", "vae", "train", "--device", "cpu", "--epochs", str(EPOCHS)]
        subprocess.run(command, cwd=handout, check=True, capture_output=True)
        page = handout / "runs" / "explore.html"
        found: dict[str, object] = {"kB": round(page.stat().st_size / 1e3)}
        if executable() is None:
            return {**found, "opens in, s": "no Chromium here"}
        found["opens in, s"] = opening(page)
        return {**found, **dragging(page, SECONDS * share)}


def dragging(path: Path, seconds: float) -> dict[str, object]:
    """Frames a second while a mouse drags each of the controls, and the milliseconds of one image."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        found: dict[str, object] = {"one image, ms": round(page.evaluate(DECODE), 2)}
        for what, control in DRAGGED.items():
            page.locator(control).scroll_into_view_if_needed()
            box = page.locator(control).bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.mouse.down()
            page.evaluate(FRAMES)
            begun, number = time.monotonic(), 0
            while time.monotonic() - begun < seconds:
                number += 1
                share = 0.1 + 0.8 * abs(number % 100 - 50) / 50
                page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
            page.mouse.up()
            times = page.evaluate("frames_seen")[1:]
            steps = sorted(later - sooner for sooner, later in pairwise(times))
            found[f"{what}: frames a second"] = round(1000 * len(steps) / (times[-1] - times[0]), 1)
            found[f"{what}: median and longest frame, ms"] = [round(median(steps), 1), round(steps[-1], 1)]
            page.reload()
        return found
