"""What this machine and its control groups leave for grading. Control groups are files, and made up here."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from autograder import machine
from autograder.homework import homework
from autograder.machine import Unfit

MB = 1 << 20
VERSION_1 = "7:cpu,cpuacct:{path}\n5:memory:{path}\n1:name=systemd:{path}\n"


class Groups:
    """Control groups of one version, as if mounted here, and the file that says which is this process's own."""

    def __init__(self, root: Path, version: int, own: str) -> None:
        self.version, self.cgroups, self.membership = version, root / "cgroup", root / "membership"
        self.top = self.cgroups if version == 2 else self.cgroups / "memory"
        self.top.mkdir(parents=True)
        text = "0::{path}\n" if version == 2 else VERSION_1
        self.membership.write_text(text.format(path=own))

    def limit(self, path: str, most: int | str, used: int = 0, spare: int = 0) -> None:
        """Make a group with this limit, all in bytes: ``used`` are in use, and ``spare`` of those can be reclaimed."""
        folder = self.top / path.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        names = ("max", "current") if self.version == 2 else ("limit_in_bytes", "usage_in_bytes")
        for name, value in zip(names, (most, used), strict=True):
            (folder / f"memory.{name}").write_text(f"{value}\n")
        kind = "inactive_file" if self.version == 2 else "total_inactive_file"
        (folder / "memory.stat").write_text(f"anon 5\ninactive_anon 7\n{kind} {spare}\nactive_file 9\n")

    def count(self, path: str, kills: int) -> None:
        folder = self.top / path.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        if self.version == 2:
            text = f"low 0\nhigh 3\nmax 4\noom 5\noom_kill {kills}\noom_group_kill 6\n"
            (folder / "memory.events").write_text(text)
        else:
            text = f"oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n"
            (folder / "memory.oom_control").write_text(text)

    @property
    def free(self) -> int | None:
        return machine.cgroup_free_mb(self.cgroups, self.membership)

    @property
    def kills(self) -> int:
        return machine.oom_kills(self.cgroups, self.membership)


@pytest.fixture(params=[1, 2])
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


# --- memory that a control group leaves ------------------------------------------------------------------


def test_what_is_not_in_use_or_can_be_given_back_is_free(tmp_path: Path, version: int) -> None:
    groups = Groups(tmp_path, version, "/user/kim")
    groups.limit("/user/kim", 768 * MB, 500 * MB, 100 * MB)
    assert groups.free == 368
    groups.limit("/user/kim", 300 * MB, 500 * MB, 100 * MB)
    assert groups.free == 0


def test_the_narrowest_of_the_groups_around_decides(tmp_path: Path, version: int) -> None:
    groups = Groups(tmp_path, version, "/user/kim/shell")
    groups.limit("/user/kim/shell", 900 * MB, 100 * MB)
    assert groups.free == 800
    groups.limit("/user", 1000 * MB, 600 * MB)
    assert groups.free == 400
    groups.limit("/", 2000 * MB, 1900 * MB)
    assert groups.free == 100
    groups.limit("/other", 10 * MB)
    assert groups.free == 100, "nobody else's limit counts"


def test_in_a_container_the_own_group_is_the_top_of_what_is_mounted(tmp_path: Path, version: int) -> None:
    groups = Groups(tmp_path, version, "/docker/0123456789abcdef")
    groups.limit("/", 1536 * MB, 36 * MB)
    assert groups.free == 1500


@pytest.mark.parametrize("outside", ["/../../../system.slice", "/"])
def test_a_group_outside_of_the_own_view_is_the_top_too(tmp_path: Path, version: int, outside: str) -> None:
    groups = Groups(tmp_path, version, outside)
    groups.limit("/", 1536 * MB, 36 * MB)
    assert groups.free == 1500


def test_without_a_limit_there_is_none(tmp_path: Path, version: int) -> None:
    groups = Groups(tmp_path, version, "/user")
    assert groups.free is None
    groups.limit("/user", "max", 500 * MB)
    assert groups.free is None


def test_a_limit_of_version_1_that_is_none_leaves_more_than_any_machine_has(tmp_path: Path) -> None:
    groups = Groups(tmp_path, 1, "/user")
    groups.limit("/user", 0x7FFFFFFFFFFFF000, 500 * MB)
    assert groups.free is not None and groups.free > 10**9


@pytest.mark.parametrize("content", [None, "", "nonsense\n", "0::\n"])
def test_where_membership_is_not_told_the_top_is_asked(
    tmp_path: Path, version: int, content: str | None
) -> None:
    groups = Groups(tmp_path, version, "/user")
    groups.limit("/", 700 * MB)
    if content is None:
        groups.membership.unlink()
    else:
        groups.membership.write_text(content)
    assert groups.free == 700


def test_on_a_machine_with_both_versions_both_are_asked(tmp_path: Path) -> None:
    """As in systemd's hybrid mode: version 2 is there, but without the memory controller."""
    groups = Groups(tmp_path, 1, "/user")
    groups.membership.write_text(VERSION_1.format(path="/user") + "0::/user\n")
    groups.limit("/user", 700 * MB)
    groups.count("/user", 3)
    assert (groups.free, groups.kills) == (700, 3)


def test_what_this_machine_has_is_told() -> None:
    found = machine.free_mb()
    assert found is not None and found > 100


@pytest.mark.parametrize("limit", [50, 10**9, None])
def test_the_machine_or_its_group_decides_whichever_has_less(
    limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "cgroup_free_mb", lambda: limit)
    found = machine.free_mb()
    assert found is not None and (found == limit if limit == 50 else 100 < found < 10**9)


# --- processes that the kernel killed --------------------------------------------------------------------


def test_kills_are_counted_in_the_own_group(tmp_path: Path, version: int) -> None:
    groups = Groups(tmp_path, version, "/user/kim")
    groups.count("/user/kim", 0)
    assert groups.kills == 0
    groups.count("/user/kim", 2)
    groups.count("/user", 9)
    assert groups.kills == 2


def test_kills_are_counted_in_the_nearest_group_that_counts_them(tmp_path: Path, version: int) -> None:
    groups = Groups(tmp_path, version, "/user/kim")
    groups.count("/user", 9)
    (groups.top / "user" / "kim").mkdir()
    assert groups.kills == 9


def test_kills_in_a_container_are_counted_at_its_top(tmp_path: Path, version: int) -> None:
    groups = Groups(tmp_path, version, "/docker/0123456789abcdef")
    groups.count("/", 4)
    assert groups.kills == 4


def test_older_kernels_count_none(tmp_path: Path) -> None:
    groups = Groups(tmp_path, 1, "/user")
    groups.count("/user", 1)
    (groups.top / "user" / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\n")
    assert groups.kills == 0
    assert Groups(tmp_path / "nothing", 2, "/user").kills == 0


def test_kills_on_this_machine_can_be_asked_for() -> None:
    assert machine.oom_kills() >= 0


# --- how many at a time ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "jobs", "fit"),
    [(None, 8, 8), (10**6, 8, 8), (1000 + 3 * 1500, 8, 3), (1000 + 3 * 1500, 2, 2), (1000 + 1500, 8, 1)],
)
def test_as_many_are_graded_at_a_time_as_memory_is_there_for(
    monkeypatch: pytest.MonkeyPatch, free: int | None, jobs: int, fit: int
) -> None:
    monkeypatch.setattr(machine, "OWN_MB", 1000)
    monkeypatch.setattr(machine, "free_mb", lambda: free)
    assert machine.jobs_that_fit(jobs, 1500) == fit


def test_without_memory_for_one_the_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "free_mb", lambda: machine.OWN_MB + 1499)
    with pytest.raises(Unfit) as unfit:
        machine.jobs_that_fit(8, 1500)
    assert unfit.value.status == 3 and unfit.value.message.id == "machine.memory"
    assert all(str(machine.OWN_MB + 1500) in unfit.value.message.text(language) for language in ("en", "ko"))


# --- resource limits -------------------------------------------------------------------------------------

LIMITED = """
import json, resource, sys
from autograder import machine
from autograder.sandbox.seal import Limits

name, soft, hard, limits = json.loads(sys.argv[1])
which = getattr(resource, name)
most = resource.getrlimit(which)[1]
resource.setrlimit(which, (most if soft is None else soft, most if hard is None else hard))
try:
    machine.check_limits(Limits(**limits))
except machine.Unfit as unfit:
    print(json.dumps([unfit.status, unfit.message.id, dict(unfit.message.values)]))
else:
    print(json.dumps(resource.getrlimit(which)))
"""
SHELL = {  # what the shell calls each
    "RLIMIT_CPU": "ulimit -t",
    "RLIMIT_FSIZE": "ulimit -f",
    "RLIMIT_NOFILE": "ulimit -n",
    "RLIMIT_DATA": "ulimit -d",
    "RLIMIT_AS": "ulimit -v",
    "RLIMIT_STACK": "ulimit -s",
    "RLIMIT_NPROC": "ulimit -u",
}
NAMES = list(SHELL)
# Below what the kit needs, and enough for a Python that has no torch in it.
LOW = {
    "RLIMIT_CPU": 9,
    "RLIMIT_FSIZE": 4096,
    "RLIMIT_NOFILE": 60,
    "RLIMIT_DATA": 600 * MB,
    "RLIMIT_AS": 4000 * MB,
    "RLIMIT_STACK": 512 << 10,
    "RLIMIT_NPROC": 70,
}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kit sets other limits")


def checked(name: str, soft: int | None, hard: int | None) -> Any:
    """What ``check_limits`` says in a process of its own that has this limit, or the limit that it leaves there."""
    limits = asdict(homework().limits())
    command = [sys.executable, "-c", LIMITED, json.dumps([name, soft, hard, limits])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_a_limit_below_the_kits_own_is_refused_by_name(name: str) -> None:
    status, message_id, values = checked(name, LOW[name], LOW[name])
    assert (status, message_id) == (3, "machine.limit")
    assert values["limit"].startswith(SHELL[name]) and values["is"] == LOW[name] < values["least"]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("RLIMIT_CPU", "RLIMIT_NPROC")])
def test_a_limit_that_may_be_raised_is_raised_as_far_as_needed(name: str) -> None:
    if (most := resource.getrlimit(getattr(resource, name))[1]) != resource.RLIM_INFINITY:
        assert most > LOW[name], "so the machine's own hard limit lets it be raised"
    soft, hard = checked(name, LOW[name], None)
    assert hard == most
    assert soft > LOW[name] and soft == checked(name, LOW[name], LOW[name])[2]["least"]


def test_a_soft_limit_on_cpu_time_is_taken_away() -> None:
    """All students' processes together need more CPU time than one of them."""
    assert checked("RLIMIT_CPU", 5, None) == [resource.getrlimit(resource.RLIMIT_CPU)[1]] * 2


def test_limits_that_are_enough_stay_as_they_are() -> None:
    assert checked("RLIMIT_NOFILE", 1024, 1024) == [1024, 1024]


def test_the_limits_here_are_enough() -> None:
    machine.check_limits(homework().limits(short_run=True))
