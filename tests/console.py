"""Run the console script in the tests' own process, and record how it ended."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from autograder import cli


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    status: int
    out: str
    error: str

    @property
    def lines(self) -> list[str]:
        return [line for line in self.error.splitlines() if line.strip()]


Command = Callable[..., Ended]


def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``ended = called("grade", ...)`` runs a command and checks that it printed no traceback."""
    monkeypatch.setenv("COLUMNS", "200")

    def called(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["autograder", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, error = capsys.readouterr()
        assert "Traceback" not in out + error
        return Ended(int(end.value.code or 0), out, error)

    return called
