"""The gate of `autograder release`: nothing leaves that is wrong, or that holds anything hidden.

``artefact`` opens what was built, ``fragments`` compares texts, ``secrets`` knows what is hidden, and ``trial``
grades the hand-out and runs its public checks.
"""

from autograder.gate.secrets import Secrets
from autograder.gate.trial import Desks, desks, public_checks, scores
from autograder.gate.violations import Public, leaks

__all__ = ["Desks", "Public", "Secrets", "desks", "leaks", "public_checks", "scores"]
