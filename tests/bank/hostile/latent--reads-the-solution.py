# stub: generate
# attack: reads the solution, the hidden checks and the calibration from where the kit lies
# stopped-by: private root, Landlock
import glob
import os
import sys

kit = os.path.dirname(os.path.dirname(os.path.abspath(sys.modules["autograder"].__file__)))
HIDDEN = ["solution/vae/loss.py", "solution/vae/latent.py", "autograder/vae/checks/test_4_latent.py"]
HIDDEN += ["autograder/vae/checks/calibration.json", "autograder/grading.py", "tests/conftest.py", "autograder/kit/solution/vae/loss.py"]
for name in [*(os.path.join(kit, hidden) for hidden in HIDDEN), *glob.glob(f"{kit}/**/*.py", recursive=True)]:
    try:
        text = open(name, encoding="utf-8").read()
    except OSError:
        continue
    raise SystemExit(f"got through: {name}: {text[-150:]}")
