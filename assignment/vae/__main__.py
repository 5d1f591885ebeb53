"""The command line of the hand-out: `python -m vae check`, `train`, `submit` and others. Given."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import sys
from pathlib import Path

HANDOUT = Path(__file__).resolve().parents[1]
if not __package__:  # run as `python path/to/vae check` from any folder
    sys.path[0] = str(HANDOUT)
from vae.desk.language import LANGUAGES, choose, text  # noqa: E402


def check(arguments: argparse.Namespace) -> int:
    """Check a task, or the next unfinished one. Returns 0 if all checks that ran pass, else 1."""
    from vae.desk.tasks import TASKS

    if arguments.watch:
        from vae.desk.watch import watch

        return watch(arguments.task or TASKS)
    from vae.desk.check import check

    return check(arguments.task or TASKS, arguments.all)


def status(arguments: argparse.Namespace) -> int:
    """Show the progress of the nine tasks. Returns 0 if all are done, else 1."""
    from vae.desk.check import status

    return status()


def hint(arguments: argparse.Namespace) -> int:
    """Show one more hint. Returns 1 if no unfinished task is left."""
    from vae.desk.check import hint

    return hint(arguments.task[0] if arguments.task else None, arguments.all)


def reset(arguments: argparse.Namespace) -> int:
    """Restore one function as it was handed out. Returns 1 if nothing was changed."""
    from vae.desk.reset import reset

    return reset(arguments.task[0], arguments.yes)


def several(word: str) -> list:
    """The tasks that a word means, for argparse."""
    from vae.desk.tasks import TASKS, named

    try:
        return named(word)
    except KeyError:
        names = ", ".join(f"{task.id} {task.function}" for task in TASKS)
        said = text("이런 과제는 없습니다. 쓸 수 있는 이름", "no such task. Use one of")
        raise argparse.ArgumentTypeError(
            f"{word!r}: {said}: {names}; 1-4, model, loss, training, latent"
        ) from None


def single(word: str) -> list:
    """The one task that a word means, for argparse."""
    found = several(word)
    if len(found) > 1:
        names = ", ".join(task.id for task in found)
        said = text("이 중 하나만 쓰세요", "name one of them")
        raise argparse.ArgumentTypeError(f"{word!r}: {said}: {names}")
    return found


def _fail(message: str, exit_status: int = 1) -> int:
    print(message, file=sys.stderr)
    return exit_status


def main() -> int:
    from vae.desk import environment, submit, train

    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a notebook's `%run` has streams of its own
            stream.reconfigure(errors="replace")  # a console without Hangul shows "?" instead of a traceback
    choose(sys.argv[1:])
    description = text("VAE 과제", "the VAE assignment")
    parser = argparse.ArgumentParser(prog="python -m vae", description=description)
    parser.set_defaults(run=status)
    commands = parser.add_subparsers(metavar="check|hint|status|reset|train|submit")

    command = commands.add_parser("train", help=text("학습하고 그림 그리기", "train and draw pictures"))
    train.add_arguments(command)
    command.set_defaults(run=train.run)

    command = commands.add_parser("submit", help=text("제출할 zip 만들기", "make the zip to hand in"))
    submit.add_arguments(command)
    command.set_defaults(run=submit.run)

    command = commands.add_parser("check", help=text("공개 검사 실행", "run the public checks"))
    command.add_argument(
        "task", nargs="?", type=several, metavar="TASK", help="2b, 2, kl_divergence, loss ..."
    )
    command.add_argument(
        "--all", action="store_true", help=text("모든 과제 검사", "every task, not only the next one")
    )
    command.add_argument(
        "--watch", action="store_true", help=text("저장할 때마다 다시 검사", "check again at every save")
    )
    command.set_defaults(run=check)

    command = commands.add_parser("hint", help=text("힌트 하나 더 보기", "show one more hint"))
    command.add_argument("task", nargs="?", type=single, metavar="TASK", help="2b, kl_divergence ...")
    command.add_argument("--all", action="store_true", help=text("힌트 모두 보기", "show all hints"))
    command.set_defaults(run=hint)

    command = commands.add_parser("status", help=text("아홉 과제의 진행 상황", "progress of the nine tasks"))
    command.set_defaults(run=status)

    command = commands.add_parser(
        "reset", help=text("함수 하나를 처음 상태로 되돌리기", "restore one function")
    )
    command.add_argument("task", type=single, metavar="TASK", help="2b, kl_divergence ...")
    command.add_argument("--yes", action="store_true", help=text("묻지 않고 실행", "do not ask"))
    command.set_defaults(run=reset)

    for each in (parser, *commands.choices.values()):
        said = text("화면의 언어, 다음에도 이 언어를 씁니다", "the language to show; it is remembered")
        each.add_argument("--lang", choices=LANGUAGES, help=said)
    failure = environment.problem()
    if failure:
        return _fail(str(failure))
    if sys.argv[1:] and not sys.argv[1].startswith("-") and sys.argv[1] not in commands.choices:
        near = difflib.get_close_matches(sys.argv[1].lower(), commands.choices, 1) or ["--help"]
        meant = text("이런 명령은 없습니다. 혹시 이것인가요", "no such command. Did you mean")
        return _fail(f"{sys.argv[1]}: {meant}: {' '.join(['python -m vae', *near, *sys.argv[2:]])}", 2)
    arguments = parser.parse_args()
    if any(number <= 0 for number in vars(arguments).values() if type(number) in (int, float)):
        parser.error(text("0보다 큰 수를 쓰세요.", "numbers must be greater than 0"))
    try:
        return arguments.run(arguments)
    except KeyboardInterrupt:
        return 130
    except (
        ImportError,
        OSError,
        RuntimeError,
    ) as error:  # a package that is missing, broken, or does not fit
        failure = environment.of_error(error)
        if failure is None:
            raise
    return _fail(str(failure))


if __name__ == "__main__":
    ended = main()
    sys.exit(
        0 if "ipykernel" in sys.modules else ended
    )  # a notebook's `%run` shows other ends as a traceback
