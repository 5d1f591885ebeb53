"""Benchmarks: measure again what docs/guarantees.md says about speed, memory and steadiness.

``python tests/bench [NAME ...] [--few]``; without a name, all measurements. Prints what it finds and writes
build/bench.json, which keeps the figures that were not measured this time. This is not a test: no figure is judged.
A busy machine gives figures that are too high, so each is stored with the load before it (the mean number of processes
ready to run, over one minute).
"""

import argparse
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

import cpu
import crowd
import explorer
import latency
import peers
import phases
import reports
import scale
import scores
import training
import waits

ROOT = Path(__file__).resolve().parents[2]
MEASUREMENTS = {
    module.__name__: module
    for module in (scores, cpu, latency, crowd, phases, training, peers, reports, explorer, scale, waits)
}


def main() -> None:
    parser = argparse.ArgumentParser("python tests/bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"which: {', '.join(MEASUREMENTS)}; all by default")
    parser.add_argument("--few", action="store_true", help="a tenth of the repetitions, to try the benchmark")
    arguments = parser.parse_args()
    names = arguments.names or list(MEASUREMENTS)
    if unknown := set(names) - set(MEASUREMENTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    path = ROOT / "build" / "bench.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found["machine"] = machine()
    print(json.dumps(found["machine"]))
    for name in names:
        load = round(os.getloadavg()[0], 2)
        measured = MEASUREMENTS[name].measure(0.1 if arguments.few else 1.0)
        found[name] = {"load_before": load, **measured}
        print(f"\n{name}: {MEASUREMENTS[name].__doc__.splitlines()[0]} (load before: {load})")
        for key, value in measured.items():
            print(f"  {key}: {value}")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"\n{path.relative_to(ROOT)}")


def machine() -> dict[str, object]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": version("torch"),
    }


if __name__ == "__main__":
    main()
