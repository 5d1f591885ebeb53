# stub: generate
# attack: looks for the folders of other submissions that are graded beside it
# stopped-by: private root, Landlock, own user
import os

here = os.getcwd()
above = os.path.dirname(here)
try:
    names = os.listdir(above)
except OSError:
    names = []
others = [name for name in names if os.path.join(above, name) != here and name.startswith("tmp")]
reachable = [name for name in others if above != "/" and os.access(os.path.join(above, name), os.R_OK)]
if reachable:
    raise SystemExit(f"got through: {reachable}")
