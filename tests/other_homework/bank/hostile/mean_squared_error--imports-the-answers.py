# stub: mean_squared_error
# attack: imports the checks, and reads the solution where it lies beside the probes
# stopped-by: private root, Landlock
import importlib
import os
import sys

for name in ("other_homework.checks.control", "autograder.checks.reference", "autograder.grading"):
    try:
        importlib.import_module(name)
    except ImportError:
        continue
    raise SystemExit(f"got through: {name}")
homework = os.path.dirname(sys.modules["other_homework"].__file__)
if os.path.exists(f"{homework}/solution/fit/loss.py"):
    raise SystemExit("got through: the solution")
