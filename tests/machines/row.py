"""One row of the table, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FULL, REFUSED = "100", "refused"
EITHER = (FULL, REFUSED)


@dataclass(frozen=True)
class Grader:
    """A grader that is running, for what is done to it meanwhile. ``pid`` is its main process once the script has become it."""

    pid: int
    place: Path
    ended: Callable[[], bool]


@dataclass(frozen=True)
class Row:
    """``script`` is bash and ends with the grader, called as prelude.sh says; ``meanwhile`` runs beside it.

    ``accept`` are the outcomes that are right. A refusal's lines contain ``word``, or one of several with a bar
    between them, in which ``{place}`` and ``{tmp}`` stand for the row's own folders. ``tier`` is the isolation of the results where only one is right.
    ``says`` is what else is to be read on the terminal, in whichever outcome. ``needs`` are keys of needs.NEEDS.
    """

    name: str
    done: str
    script: str = 'grade "$@"'
    accept: tuple[str, ...] = (FULL,)
    word: str = ""
    tier: str = ""
    says: str = ""
    needs: tuple[str, ...] = ()
    own_mounts: bool = False
    then_mended: bool = False  # after a refusal the same command is given again on a sound machine: 100
    meanwhile: Callable[[Grader], None] | None = None
    struck: bool = False  # `meanwhile` says in place/struck that it came to it, else nothing was tried
    jobs: int = 2
