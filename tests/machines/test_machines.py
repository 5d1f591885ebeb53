"""Try the rows that rows.OFTEN names, in about five minutes; ``make machines`` tries all."""

from __future__ import annotations

import pytest

from tests.machines import needs
from tests.machines.row import Row
from tests.machines.rows import OFTEN, ROWS
from tests.machines.trial import tried

CHOSEN = [row for row in ROWS if row.name in OFTEN]


@pytest.mark.parametrize("row", CHOSEN, ids=[row.name for row in CHOSEN])
def test_a_machines_fault_costs_nobody_a_point(row: Row) -> None:
    why = needs.why_not(row)
    if why:
        pytest.skip(f"{row.done}: {why}")
    outcome = tried(row)
    assert outcome.right_for(row), f"{row.done}: {outcome.what}\n{outcome.said}"


def test_names_are_unique_and_rows_are_enough() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 45
    assert {row.name for row in CHOSEN} == OFTEN
