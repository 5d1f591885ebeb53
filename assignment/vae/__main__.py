"""The command line of the hand-out: `python -m vae check [TASK]`, `train` and `submit`. Given."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from vae.desk import submit, train

HANDOUT = Path(__file__).resolve().parents[1]
TASKS = ("1", "2", "2a", "2b", "2c", "3", "3a", "3b", "4", "4a", "4b", "4c")


def check(arguments: argparse.Namespace) -> int:
    """Run the public checks of one task, or of all. Returns pytest's exit status."""
    command = [sys.executable, "-m", "pytest", "--no-header"]
    if arguments.task:
        command += map(str, HANDOUT.glob(f"checks/test_{arguments.task[0]}_*.py"))
    if arguments.task and len(arguments.task) > 1:
        command += ["-m", f"task{arguments.task}"]
    return subprocess.call(command, cwd=HANDOUT)


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console without Hangul shows "?" rather than a traceback
    parser = argparse.ArgumentParser(prog="python -m vae", description="VAE 과제 / the VAE assignment")
    commands = parser.add_subparsers(required=True, metavar="check|train|submit")

    command = commands.add_parser("train", help="학습하고 그림 그리기 / train and draw pictures")
    train.add_arguments(command)
    command.set_defaults(run=train.run)

    command = commands.add_parser("submit", help="제출할 zip 만들기 / make the zip to hand in")
    submit.add_arguments(command)
    command.set_defaults(run=submit.run)

    command = commands.add_parser("check", help="공개 검사 실행 / run the public checks")
    command.add_argument("task", nargs="?", choices=TASKS, metavar="TASK", help=", ".join(TASKS))
    command.set_defaults(run=check)

    arguments = parser.parse_args()
    if any(number <= 0 for number in vars(arguments).values() if type(number) in (int, float)):
        parser.error("0보다 큰 수를 쓰세요 / numbers must be greater than 0")
    try:
        return arguments.run(arguments)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] == "vae":
            raise
        return _fail(f"{error.name}이(가) 없습니다 / is missing: pip install -r requirements.txt")


if __name__ == "__main__":
    sys.exit(main())
