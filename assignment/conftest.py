"""pytest started in a folder without checks says where they are. Given."""

from pathlib import Path

import pytest

HANDOUT = Path(__file__).resolve().parent


def pytest_terminal_summary(terminalreporter, exitstatus):
    """After a run that found nothing: which folder to go to."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        terminalreporter.write_line(
            f'이 폴더에는 검사가 없습니다. 과제 폴더에서 실행하세요: cd "{HANDOUT}" 그다음 pytest\n'
            f'There are no checks in this folder. Run them in the hand-out\'s: cd "{HANDOUT}" and then pytest',
            yellow=True,
        )
