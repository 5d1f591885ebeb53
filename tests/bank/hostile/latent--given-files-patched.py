# stub: generate
# loses: yes
# attack: replaces vae.data, vae.plots and the package itself on disk and in memory, for whoever imports them next
# stopped-by: no verdict in the process
import os
import sys
import types

import vae
import vae.data

vae.data.load = lambda *a, **k: None
sys.modules["vae.plots"] = types.ModuleType("vae.plots")
for name in ("data.py", "plots.py", "__init__.py", "model.py", "loss.py", "training.py", "__main__.py"):
    path = os.path.join(os.path.dirname(vae.__file__), name)
    try:
        with open(path, "w") as file:
            file.write("raise SystemExit(0)\n")
    except OSError:
        pass
