"""Says where the checks are if pytest is started in a folder without any. Given."""

from pathlib import Path

import pytest

HANDOUT = Path(__file__).resolve().parent


def pytest_terminal_summary(terminalreporter, exitstatus):
    """Print which folder to go to after a run that found no checks."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        from vae.desk.language import Words

        said = Words(
            "이 폴더에는 검사가 없습니다. 과제 폴더로 이동한 다음 pytest를 실행하세요:",
            "There are no checks in this folder. Go to the hand-out's folder and run pytest there:",
        )
        terminalreporter.write_line(f'{said} cd "{HANDOUT}"', yellow=True)
