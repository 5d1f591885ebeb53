"""How long a fresh sealed process takes, from the request to the first answer of the student's code in it."""

import time
from statistics import median

import torch
from grader import run, solution, warm_parent

from autograder.checks.remote import RemoteSubmission
from autograder.sandbox.client import WarmParent
from autograder.vae.checks.submission import VaeSubmission

REPETITIONS = 30


def measure(share: float) -> dict[str, object]:
    with warm_parent() as parent:
        first_answer(parent)
        taken = [first_answer(parent) for _ in range(max(3, round(REPETITIONS * share)))]
    return {
        "tier": parent.tier,
        "repetitions": len(taken),
        "median, ms": round(1000 * median(taken), 1),
        "least and most, ms": [round(1000 * min(taken), 1), round(1000 * max(taken), 1)],
    }


def first_answer(parent: WarmParent) -> float:
    """Seconds to fork, seal, load vae.loss, call kl_divergence with its gradients, and answer."""
    codes = {"mu": torch.zeros(128, 20), "log_var": torch.zeros(128, 20)}
    part = RemoteSubmission(solution(), "loss", parent, run(0))
    submission = VaeSubmission(part)
    started = time.perf_counter()
    try:
        answer = submission.loss("kl_divergence", "kl_divergence", arguments=codes, wrt=list(codes))
        taken = time.perf_counter() - started
    finally:
        part.close()
    if not float(answer["value"].data) == 0:
        raise SystemExit("a wrong answer")
    time.sleep(0.2)  # the end of the process does not belong to the measurement
    return taken
