"""Which isolation a run gets, and that it is never weaker than the instructor was told."""

from __future__ import annotations

import os

from autograder.messages import Message, Refusal
from autograder.sandbox.client import WarmParent
from autograder.sandbox.seal import TIERS

# Forces the fallback, to see how the kit does where there are no namespaces; it can only weaken what is there.
SWITCH = "AUTOGRADER_ISOLATION"


class TooWeak(Refusal):
    """This machine can't hold student code back."""


def at_most() -> str:
    """The strongest tier to try: the environment's choice, else the strongest of all."""
    asked = os.environ.get(SWITCH, TIERS[0])
    if asked not in TIERS:
        raise TooWeak(
            Message("isolation.unknown", {"asked": asked, "switch": SWITCH, "tiers": ", ".join(TIERS)})
        )
    return asked


def check(warm_parent: WarmParent, allow_weak: bool) -> None:
    """Raise TooWeak where student code would run without isolation and nobody has agreed to that."""
    if warm_parent.tier == "weak" and not allow_weak:
        raise TooWeak(Message("isolation.weak"))
