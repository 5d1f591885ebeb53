"""The command line: all commands in one application, and how a command ends."""

from __future__ import annotations

import atexit
import gc
import sys
from typing import Any, NoReturn

import typer

from autograder.commands import (  # noqa: F401 - they register themselves
    audit,
    doctor,
    export,
    grade,
    join,
    release,
    report,
    reproduce,
)
from autograder.commands.terminal import app
from autograder.messages import Message, Refusal
from autograder.sandbox.ends import SandboxFault

# Some releases of Typer bundle click, others import it: this finds the one in use.
ClickException: Any = typer.BadParameter.__mro__[2]


def main() -> None:
    """Run a command. An error ends it with one line in each language and an exit status of its own."""
    atexit.register(gc.freeze)  # else a last collection spends 0.2 s on what matplotlib left
    try:
        status = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except Refusal as refusal:
        _end(refusal.message, refusal.status)
    except ClickException as error:
        _end(Message("cli.usage", {"error": error.format_message().rstrip(".") + "."}), status=2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except (SandboxFault, OSError) as fault:
        _end(Message("cli.grader_fault", {"fault": str(fault)[:500]}), status=3)
    except Exception as fault:  # noqa: BLE001 - unforeseen, and not a student's fault
        _end(Message("cli.grader_fault", {"fault": f"{type(fault).__name__}: {fault}"[:500]}), status=3)
    sys.exit(status if isinstance(status, int) else 0)


def _end(message: Message, status: int) -> NoReturn:
    for language in ("ko", "en"):
        typer.echo(message.text(language), err=True)
    sys.exit(status)
