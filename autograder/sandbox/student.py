"""Inside the sealed process: load the student's files, answer the grader's requests, judge nothing."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.sandbox import encoding, wire
from autograder.sandbox.readable import Readable

MAX_REQUEST = 64 << 20
EXCEPTION_LENGTH = 200


@dataclass(frozen=True)
class Workplace:
    """What a sealed process works with. ``package``: the package's folder. ``probes``: the homework's module of probes.

    ``readable``: the libraries that it may read. ``own``: the student's files in the package, known once loaded.
    """

    package: Path
    probes: ModuleType
    device: str
    readable: Readable
    own: set[Path] = field(default_factory=set)


def answer(rpc: socket.socket, place: Workplace) -> None:
    """Answer one request after another until the grader hangs up."""
    wire.send(rpc, {"ready": True})
    while True:
        try:
            request = wire.receive(rpc, MAX_REQUEST, max_json=MAX_REQUEST)
        except wire.Closed:
            return
        if request["probe"] == "load":
            place.own.update(place.package / f"{module}.py" for module in request["arguments"]["modules"])
        reply = outcome(request["probe"], request["arguments"], place)
        try:
            wire.send_frame(rpc, framed({"nonce": request["nonce"]}, reply))
        except wire.Closed:
            return


def framed(head: dict[str, Any], reply: dict[str, Any]) -> bytes:
    """The reply as a frame; if it can't be sent, a frame that says why it was ``refused``."""
    try:
        return wire.frame({**head, **reply}, bounded=True)
    except encoding.Unencodable as refused:
        return wire.frame({**head, "refused": {"reason": refused.reason, "what": refused.what}})


def outcome(probe: str, arguments: dict[str, Any], place: Workplace) -> dict[str, Any]:
    """The ``value`` that a probe returned, or the exception that it ``raised``."""
    try:
        return {"value": perform(probe, arguments, place)}
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt are the student's too
        return {"raised": describe(error, place.own)}


def perform(probe: str, arguments: dict[str, Any], place: Workplace) -> Any:
    if probe == "load":
        return load(place.package, **arguments)
    if probe == "many":
        return many(place, **arguments)
    if probe == "libraries":
        return libraries(place.readable, **arguments)
    return place.probes.PROBES[probe](**place.probes.unpacked(arguments, place.device))


def many(place: Workplace, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outcomes of several probes, in order."""
    return [outcome(call["probe"], call["arguments"], place) for call in calls]


def libraries(readable: Readable, names: list[str], read: bool) -> dict[str, Any]:
    """Which of these modules can't be imported, and why; with ``read``, also the first unreadable library file."""
    failed = {}
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - whatever it is, that module can't be used
            failed[name] = f"{type(error).__name__}: {error}"[:EXCEPTION_LENGTH]
    unreadable = filter(None, (_unreadable(path, readable.masked) for path in readable.libraries))
    return {"failed": failed, "unreadable": next(unreadable, "") if read else ""}


def _unreadable(path: str, masked: tuple[str, ...]) -> str:
    """The first file or folder at this path that can't be opened, or "". Skips compiled files, which are optional."""
    if path in masked or os.path.basename(path) == "__pycache__":
        return ""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        entries = sorted(os.listdir(path)) if os.path.isdir(path) and not os.path.islink(path) else []
    except OSError:
        return "" if os.path.islink(path) and not os.path.exists(path) else path
    inside = (_unreadable(os.path.join(path, name), masked) for name in entries)
    return next(filter(None, inside), "")


def load(package: Path, files: dict[str, str], modules: list[str]) -> None:
    """Write files of the students' package into its folder and import these modules of it.

    What was imported from an earlier version of a file is forgotten.
    """
    for file in files:
        sys.modules.pop(package.name if file == "__init__.py" else f"{package.name}.{Path(file).stem}", None)
    package.mkdir(exist_ok=True)
    for file, source in files.items():
        # Latin-1 carries bytes through JSON unchanged; the encoding is for Python to find out.
        (package / file).write_bytes(source.encode("latin-1"))
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    for module in modules:
        importlib.import_module(f"{package.name}.{module}")


def describe(error: BaseException, own: set[Path]) -> dict[str, Any]:
    """What a student may be told about an exception: type, start of the text, the last place in a file of their own."""
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - a student's __str__ can do anything
        text = ""
    where: tuple[str | None, int | None] = (None, None)
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename) in own:
        where = (os.path.basename(error.filename), error.lineno)
        text = error.msg
    else:
        for frame, line in traceback.walk_tb(error.__traceback__):
            if Path(frame.f_code.co_filename) in own:
                where = (os.path.basename(frame.f_code.co_filename), line)
    return {
        "type": type(error).__name__[:100],
        "text": text[:EXCEPTION_LENGTH],
        "file": where[0],
        "line": where[1],
    }
