"""The console script and ``python -m autograder``.

Every process that grades imports this module again but needs no command line, so ``main`` imports that.
"""

import os
import sys

BROKEN = """\
채점기에 필요한 라이브러리를 불러올 수 없습니다 ({fault}). 파이썬이나 그 패키지를 다시 설치한 뒤 같은 명령을 다시 실행하세요. 감점은 없습니다.
The grader can't import what it needs ({fault}). Install Python or that package again, then run the same command again. Nobody loses a point.
"""


def main() -> None:
    """Run a command. Import nothing before the current folder is off the search path, not even ``typing``."""
    leave_current_folder()
    from autograder import streams

    streams.settle()
    try:
        from autograder.cli import main
    except Exception as fault:  # noqa: BLE001 - an unreadable file, or a half-finished installation
        place = fault.__traceback__
        # Without the traceback module, which may be what is broken.
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        sys.stderr.write(
            BROKEN.format(
                fault=f"{type(fault).__name__}: {fault}; {place.tb_frame.f_code.co_filename if place else ''}"
            )
        )
        sys.exit(3)
    main()


def leave_current_folder() -> None:
    """Take the current folder off the search path: an empty entry in PYTHONPATH puts it there."""
    try:
        here = os.getcwd()
    except OSError:  # somebody has removed it
        here = ""
    kit = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.realpath(entry) != os.path.realpath(here)]
    if kit not in sys.path:
        sys.path.append(kit)  # last, so that nothing beside the kit shadows a library


if __name__ == "__main__":
    main()
