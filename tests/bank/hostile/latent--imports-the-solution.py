# stub: generate
# attack: imports the reference and the checks, by name and from their files, with every finder that Python has
# stopped-by: private root, Landlock
import importlib
import importlib.util
import os
import runpy
import sys

kit = os.path.dirname(os.path.dirname(os.path.abspath(sys.modules["autograder"].__file__)))
sys.path += [kit, f"{kit}/solution", f"{kit}/tests", f"{kit}/autograder/checks", f"{kit}/autograder/vae/checks"]
importlib.invalidate_caches()
NAMES = ("autograder.checks.reference", "autograder.grading", "autograder.kit", "reference", "conftest", "solution.vae.loss")
for name in NAMES:
    try:
        importlib.import_module(name)
    except ImportError:
        continue
    raise SystemExit(f"got through: {name}")
for path in (f"{kit}/solution/vae/latent.py", f"{kit}/autograder/checks/reference.py"):
    try:
        runpy.run_path(path)
    except OSError:
        continue
    raise SystemExit(f"got through: {path}")
