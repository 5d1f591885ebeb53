"""Control groups that limit the grader's memory or processes, and a grader that the kernel would kill first."""

from __future__ import annotations

from tests.machines.needs import MEMORY, PIDS
from tests.machines.row import EITHER, Row


def _within(megabytes: int, jobs: int = 2) -> Row:
    script = f"""group={MEMORY}/$(basename "$PLACE"); mkdir "$group"; echo {megabytes}M >"$group/memory.limit_in_bytes"; echo $$ >"$group/cgroup.procs"
grade "$@" """
    return Row(
        f"memory-{megabytes}",
        f"a cgroup of {megabytes:,} MB, {jobs} jobs",
        script,
        EITHER,
        "memory|메모리",
        needs=("memory cgroup",),
        jobs=jobs,
    )


ROWS = (
    _within(200),
    _within(600),
    _within(900),
    _within(1200),
    _within(1600),
    _within(3000, jobs=8),
    Row(
        "pids-30",
        "a cgroup of 30 processes and threads",
        f"""group={PIDS}/$(basename "$PLACE"); mkdir "$group"; echo 30 >"$group/pids.max"; echo $$ >"$group/cgroup.procs"
grade "$@" """,
        EITHER,
        "processes|프로세스|pids",
        needs=("pids cgroup",),
    ),
    Row(
        "pids-12",
        "a cgroup of 12 processes and threads",
        f"""group={PIDS}/$(basename "$PLACE"); mkdir "$group"; echo 12 >"$group/pids.max"; echo $$ >"$group/cgroup.procs"
grade "$@" """,
        EITHER,
        "processes|프로세스|pids",
        needs=("pids cgroup",),
    ),
    Row(
        "first-killed",
        "the grader is the first that the kernel would kill (`oom_score_adj` 1000)",
        'echo 1000 >/proc/self/oom_score_adj; grade "$@"',
    ),
)
