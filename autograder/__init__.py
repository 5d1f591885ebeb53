"""Grade untrusted homework: sealed student processes, hidden pytest checks, bilingual feedback."""

import sys

if sys.argv[:1] == ["-m"] and not getattr(sys.flags, "safe_path", False):
    del sys.path[0]  # python -m puts the current folder there, and it may hold submissions

__version__ = "0.1.0"
