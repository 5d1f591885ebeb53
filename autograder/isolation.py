"""Choose a run's isolation, and refuse one that is weaker than the instructor has agreed to."""

from __future__ import annotations

import os
import sys
from typing import Any

from autograder import kit
from autograder.homework import homework
from autograder.messages import Message, Refusal
from autograder.sandbox.client import WarmParent
from autograder.sandbox.seal import TIERS

# Forces the fallback, to try the kit without namespaces; it can only weaken the isolation.
SWITCH = "AUTOGRADER_ISOLATION"


class TooWeak(Refusal):
    """This machine can't hold student code back."""


def at_most() -> str:
    """The strongest tier to try: the environment's choice, else the strongest. Raises TooWeak for an unknown one."""
    asked = os.environ.get(SWITCH, TIERS[0])
    if asked not in TIERS:
        raise TooWeak(
            Message("isolation.unknown", {"asked": asked, "switch": SWITCH, "tiers": ", ".join(TIERS)})
        )
    return asked


def probes() -> str:
    """The name of the module of the homework in use that calls student code."""
    return f"{kit.package()}.probes.probes"


def launch(tier: str | None = None, **how: Any) -> WarmParent:
    """Start a warm parent for the homework in use, of at most this tier. Raises what WarmParent.launch raises."""
    return WarmParent.launch(probes(), homework().package, at_most() if tier is None else tier, **how)


def told(warm_parent: WarmParent) -> Message:
    """Which tier was reached, and why not the stronger one."""
    if not warm_parent.why:
        return Message("isolation.reached", {"tier": warm_parent.tier})
    return Message("isolation.weaker", {"tier": warm_parent.tier, "why": _why(warm_parent)})


def _why(warm_parent: WarmParent) -> str:
    return "; ".join(f"{tier}: {fault}" for tier, fault in warm_parent.why.items())


def check(warm_parent: WarmParent, allow_weak: bool) -> None:
    """Raise TooWeak if student code would run without isolation and nobody has agreed to that."""
    if warm_parent.tier == "weak" and not allow_weak:
        raise TooWeak(Message("isolation.weak", {"why": _why(warm_parent) or sys.platform}), 3)
