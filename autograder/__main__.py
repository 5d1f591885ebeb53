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
        sys.stderr.write(BROKEN.format(fault=f"{type(fault).__name__}: {fault}"))
        sys.exit(3)
    main()


if __name__ == "__main__":
    main()
