"""What the pages cost: writing them for 1,000 results, and opening the class page in a real browser."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# For what the tests of the pages share.
sys.path += [str(folder) for folder in Path(__file__).resolve().parents[1:3]]
from browser import chromium, executable
from made_up import results, write_pictures, write_results

SIZE, OPENED = 1000, 5


def measure(share: float) -> dict[str, object]:
    size = max(20, round(SIZE * share))
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        made = results(size)
        write_results(out, made)
        write_pictures(out, made)
        started, before = time.monotonic(), os.times()
        subprocess.run([sys.executable, "-m", "autograder", "report", out, "--quiet"], check=True)
        wall, after = time.monotonic() - started, os.times()
        spent = sum(after[2:4]) - sum(before[2:4])
        return {
            "results": size,
            "wall-clock s": round(wall, 1),
            "CPU s": round(spent, 1),
            "index.html, kB": round((out / "index.html").stat().st_size / 1e3),
            "index.html opens in, s": opening(out / "index.html") if executable() else "no Chromium here",
        }


def opening(path: Path) -> list[float]:
    """Seconds until the page has loaded and been laid out, sorted."""
    taken = []
    with chromium() as browser:
        for _ in range(OPENED):
            page = browser.new_page()
            started = time.perf_counter()
            page.goto(path.as_uri(), wait_until="load")
            page.evaluate(
                "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            taken.append(round(time.perf_counter() - started, 2))
            page.close()
    return sorted(taken)
