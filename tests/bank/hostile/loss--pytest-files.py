# stub: reconstruction_loss, kl_divergence, loss_function
# attack: writes conftest.py, pytest.ini and sitecustomize.py wherever it can, and looks for pytest to hook into
# stopped-by: private root, Landlock, no verdict in the process
import os
import sys

HOOK = """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call): call.excinfo = None
"""
for folder in (".", "..", "/tmp", "/", os.path.dirname(sys.modules["autograder"].__file__), os.path.dirname(os.__file__)):
    for name in ("conftest.py", "pytest.ini", "sitecustomize.py"):
        try:
            with open(f"{folder}/{name}", "w") as file:
                file.write(HOOK)
        except OSError:
            pass
for name in ("pytest", "_pytest", "pluggy"):
    try:
        __import__(name)
    except ImportError:
        continue
    raise SystemExit(f"got through: {name}")
