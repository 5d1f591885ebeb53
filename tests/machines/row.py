"""One row of the table, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FULL, REFUSED = "100", "refused"
EITHER = (FULL, REFUSED)


@dataclass(frozen=True)
class Grader:
    """A running grader, for ``Row.meanwhile``. ``pid`` is its main process once the script has become the grader."""

    pid: int
    place: Path
    ended: Callable[[], bool]


@dataclass(frozen=True)
class Row:
    """One way to break or restrict a machine, and the outcomes that are right.

    ``script`` is bash and ends with the grader, started as prelude.sh describes; ``meanwhile`` runs at the same time.
    ``accept`` are the right outcomes. Each line of a refusal must contain ``word``, or one of several words with bars
    between them; ``{place}`` and ``{tmp}`` in it stand for the row's own folders. ``tier`` is the isolation of the
    results if only one is right. ``says`` must appear on the terminal, whatever the outcome. ``needs`` are keys of
    needs.NEEDS, or ``tool:NAME``.
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
    then_mended: bool = False  # after a refusal, the same command must get 100 on a sound machine
    meanwhile: Callable[[Grader], None] | None = None
    struck: bool = False  # `meanwhile` must write place/struck once it has struck, else nothing was tried
    jobs: int = 2
