"""How the desk says that something is wrong: in Korean and English, with what to do next, no traceback. Given."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

FILES = {  # and what the others look for in them
    "model.py": ("VAE",),
    "loss.py": ("reconstruction_loss", "kl_divergence", "loss_function"),
    "training.py": ("train_epoch", "train"),
    "latent.py": ("generate", "interpolate", "restore"),
}
TASKS = {
    "reparameterize": "1",
    "reconstruction_loss": "2a",
    "kl_divergence": "2b",
    "loss_function": "2c",
    "train_epoch": "3a",
    "train": "3b",
    "generate": "4a",
    "interpolate": "4b",
    "restore": "4c",
}
HERE = Path(__file__).resolve().parents[1]


def say(korean: str, english: str, status: int = 1) -> int:
    """Print both lines on stderr. Returns `status`, an exit status."""
    print(f"{korean}\n{english}", file=sys.stderr, flush=True)
    return status


def told(error: BaseException, task: str | None = None, status: int = 1) -> int:
    """Say what the student's code raised, where, and which check helps. Returns `status`."""
    place, line, own_task = where(error)
    task = own_task or task
    check = f"python -m vae check {task}" if task else "python -m vae check"
    if isinstance(error, NotImplementedError) and str(error).startswith("Task "):
        task = str(error).partition(":")[0].removeprefix("Task ")
        print(f"{place}: {error} (python -m vae check {task})", file=sys.stderr, flush=True)
        return status
    print(f"{place or 'vae'}: {shown(error)}", file=sys.stderr)
    if line:
        print(f"    {line}", file=sys.stderr)
    return say(f"고칠 곳을 찾으려면: {check}", f"To find what to mend: {check}", status)


def shown(error: BaseException) -> str:
    """The type and the first 200 characters of the message, on one line."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {' '.join(str(text).split())[:200]}"


def where(error: BaseException) -> tuple[str, str, str | None]:
    """Where in the four files it happened: "vae/loss.py:40", the line's text, and the task.

    The innermost place that is the student's counts. All three are empty where there is none; of a stub, which is
    no mistake, the place has no line number.
    """
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).name in FILES:
        return f"vae/{Path(error.filename).name}:{error.lineno}", (error.text or "").strip(), None
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).name in FILES and Path(frame.filename).resolve().parent == HERE
    ]
    if not own:
        return "", "", None
    name = f"vae/{Path(own[-1].filename).name}"
    if isinstance(error, NotImplementedError) and str(error).startswith("Task "):
        return name, "", None
    task = next((TASKS[frame.name] for frame in reversed(own) if frame.name in TASKS), None)
    return f"{name}:{own[-1].lineno}", own[-1].line or "", task
