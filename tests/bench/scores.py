"""Whether the solution always gets 100 and the skeleton 0, with a different seed each time."""

import secrets
from collections import Counter

from grader import run, skeleton, solution, warm_parent

from autograder.grading import grade

REPETITIONS = 50


def measure(share: float) -> dict[str, object]:
    seeds = [secrets.randbelow(2**31) for _ in range(max(2, round(REPETITIONS * share)))]
    with warm_parent() as parent:
        found = {
            "solution": {seed: grade(solution(), run(seed), parent).score for seed in seeds},
            "skeleton": {seed: grade(skeleton(), run(seed), parent).score for seed in seeds},
        }
    expected = {"solution": 100.0, "skeleton": 0.0}
    off = {
        name: [seed for seed, score in found[name].items() if score != expected[name]] for name in expected
    }
    return {
        "runs": len(seeds),
        "scores (how often)": {name: dict(Counter(scores.values())) for name, scores in found.items()},
        "seeds that gave another score": off,
    }
