"""The console script, and ``python -m autograder``.

Every process that grades imports this module anew, and needs no command line.
"""

import sys

BROKEN = """\
채점기에 필요한 라이브러리를 불러올 수 없습니다 ({fault}). 파이썬이나 그 패키지를 다시 설치한 뒤 같은 명령을 다시 실행하세요. 감점은 없습니다.
The grader can't import what it needs ({fault}). Install Python or that package again, then run the same command again. Nobody loses a point.
"""


def main() -> None:
    """Run a command. Nothing of a library is imported before the current folder is off the search path."""
    from autograder import streams

    streams.leave_current_folder()
    streams.settle()
    try:
        from autograder.cli import main
    except Exception as fault:  # noqa: BLE001 - a file that can't be read, or a half installation
        place = fault.__traceback__
        while (
            place is not None and place.tb_next is not None
        ):  # without traceback, which may be what is broken
            place = place.tb_next
        sys.stderr.write(
            BROKEN.format(
                fault=f"{type(fault).__name__}: {fault}; {place.tb_frame.f_code.co_filename if place else ''}"
            )
        )
        sys.exit(3)
    main()


if __name__ == "__main__":
    main()
