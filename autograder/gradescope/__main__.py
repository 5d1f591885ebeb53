"""The submission in ROOT/submission -> ROOT/results/results.json.

The file is written when the control has passed, and again after each part, so that a container that is stopped
leaves what was found until then. Exit status 0: the file holds the score. 1: the grader itself failed, and there is
no file, which tells Gradescope that there is no score.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder import isolation, kit, machine, misfits
from autograder.files import write_atomically
from autograder.gradescope.container import OutOfTime, ending_after, within_container
from autograder.gradescope.page import LANGUAGES, VISIBILITIES, Page, in_both, unfinished
from autograder.homework import homework
from autograder.intake import Source, Submission, load
from autograder.messages import Message, Refusal, words
from autograder.outfolder import run_seed, with_fingerprint
from autograder.results import Check, Measured, Result, Verdict, number
from autograder.run import Run
from autograder.sandbox import linux
from autograder.sandbox.client import WarmParent, check_room

SECONDS = 540  # after this no more mistakes are named; Gradescope stops the container after 600 unless told otherwise
Write = Callable[[Mapping[str, Any]], None]


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser("python -m autograder.gradescope")
    parser.add_argument("--root", type=Path, default=Path("/autograder"))
    parser.add_argument("--checks", choices=VISIBILITIES, default="hidden")
    parser.add_argument("--allow-weak-isolation", action="store_true")
    parser.add_argument("--rehearse", action="store_true", help="grade the kit's solution, and write nothing")
    options = parser.parse_args()
    results = options.root / "results" / "results.json"

    def write(document: Mapping[str, Any]) -> None:
        if not options.rehearse:
            write_atomically(results, json.dumps(document, ensure_ascii=False, allow_nan=False).encode())

    try:
        result = graded(options, write)
        if options.rehearse and result.score != result.max_score:
            raise Refusal(Message("gradescope.rehearsal_failed", {"score": number(result.score)}))
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is the grader's fault, and nobody loses points
        results.unlink(missing_ok=True)
        message = fault.message if isinstance(fault, Refusal) else unexpected(fault)
        print(in_both(lambda language: [words("gradescope.failed", language), message.text(language)]))
        return 1
    values = {"score": number(result.score), "max": number(result.max_score), "status": result.status}
    done = Message("gradescope.done", {**values, "seconds": result.seconds, "isolation": result.isolation})
    print(in_both(lambda language: [done.text(language)]))
    return 0


def graded(options: argparse.Namespace, write: Write) -> Result:
    """The result of the submission or, in a rehearsal, of the solution.

    Raises Refusal if this container can't grade, and whatever ``grade`` raises.
    """
    began = time.monotonic()
    if options.rehearse:  # while the image is built; the homework in it does not change afterwards
        misfits.refuse()
    # The seed was drawn when the image was built: it is the same for the whole class and for every new hand-in.
    seed = run_seed(options.root / "source", None, fresh=False)
    run = Run(within_container(homework()), homework().dataset(""), None, "cpu", seed, LANGUAGES[0])
    machine.check_limits(run.homework.limits(short_run=True))
    place = homework().solved if options.rehearse else options.root / "submission"
    submission = load(Source("submission", place))
    check_room()
    parent = isolation.launch()
    try:
        isolation.check(parent, options.allow_weak_isolation)
        linux.set_dumpable(False)
        return grade(submission, run, parent, began, options.checks, write)
    finally:
        parent.close()


def grade(
    submission: Submission, run: Run, parent: WarmParent, began: float, checks_visible: str, write: Write
) -> Result:
    """Grade one submission, and ``write`` what is known about it after each part and at the end.

    Raises what grading raises, and Unfit if a control fails or the machine runs out of memory.
    """
    from autograder import control, grading  # not at the top: they import torch
    from autograder.measurements import measurements

    def held(checks: Mapping[str, Check]) -> dict[str, Check]:
        band, loss = kit.optional("checks.band"), proved.loss
        if band is None:
            return dict(checks)
        return {name: band.check_held(one, run.dataset, loss, run.language) for name, one in checks.items()}

    def after_file(checks: Mapping[str, Check]) -> None:
        write(unfinished(tuple(held(checks).values()), run.homework, checks_visible))

    def believed(verdict: Verdict) -> Verdict:
        if verdict.fault is not None:
            raise machine.Unfit(verdict.fault)
        return verdict

    proved = believed(control.in_full(run, parent))
    write(unfinished((), run.homework, checks_visible))
    for attempt in range(2):  # nothing else runs in this container, so the second attempt is made alone
        kills = machine.oom_kills()
        done = grading.checked(submission, run, parent, after_file, 1)
        checks = held(done.checks)
        vanished = any(map(control.has_vanished, checks.values()))
        if not vanished:
            break
        if attempt and machine.oom_kills() > kills:
            raise machine.Unfit(Message("grade.oom"))
    if any(map(control.is_doubtful, checks.values())):
        believed(control.in_short(run, parent, control.named_modules(checks.values())))
    said: tuple[Measured, ...] = ()
    with suppress(OutOfTime), ending_after(SECONDS - (time.monotonic() - began)):
        for finding in measurements(replace(done, checks=dict(checks)), parent):
            checks |= {check.id: check for check in finding.checks}
            said += finding.measured
    done = replace(done, checks=checks)
    graded = replace(grading.result(done, parent, time.monotonic() - began), measured=said)
    result = with_fingerprint(graded)
    points = {"points": number(result.score), "max": number(result.max_score)}
    top = [Message("report.points", points), Message(f"report.status_text.{result.status}"), *result.notes]
    page = Page(result.checks, top, run.homework, checks_visible, result.measured).to_json()
    page["execution_time"] = round(result.seconds)
    page["extra_data"] = {
        "status": result.status,
        "isolation": result.isolation,
        "versions": dict(result.versions),
    }
    write(page)
    return result


def unexpected(fault: Exception) -> Message:
    """What to say about a failure that nobody foresaw."""
    return Message("gradescope.fault", {"fault": f"{type(fault).__name__}: {fault}"[:500]})


if __name__ == "__main__":
    sys.exit(main())
