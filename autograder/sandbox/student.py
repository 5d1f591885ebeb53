"""Inside the sealed process: load the student's files, answer the grader's requests, judge nothing."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import traceback
from copy import deepcopy
from pathlib import Path
from typing import Any

from autograder.sandbox import probes, wire

MAX_REQUEST = 64 << 20
EXCEPTION_LENGTH = 200


def answer(rpc: socket.socket, scratch: str, device: str) -> None:
    """Answer one request after another, computing on ``device``, until the grader hangs up."""
    package = Path(scratch, "vae")
    wire.send(rpc, {"ready": True})
    while True:
        try:
            request = wire.receive(rpc, MAX_REQUEST, max_json=MAX_REQUEST)
        except wire.Closed:
            return
        reply = outcome(request["probe"], request["arguments"], package, device)
        wire.send_frame(rpc, framed({"nonce": request["nonce"]}, reply))


def framed(head: dict[str, Any], reply: dict[str, Any]) -> bytes:
    """The reply as a frame; in place of one that can't be sent, why it was ``refused``."""
    try:
        return wire.frame({**head, **reply}, bounded=True)
    except wire.Refused as refused:
        return wire.frame({**head, "refused": {"reason": refused.reason, "what": refused.what}})


def outcome(probe: str, arguments: dict[str, Any], package: Path, device: str) -> dict[str, Any]:
    """The ``value`` that a probe brings, or the exception that it ``raised``."""
    try:
        return {"value": perform(probe, arguments, package, device)}
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt are the student's too
        return {"raised": describe(error, package)}


def perform(probe: str, arguments: dict[str, Any], package: Path, device: str) -> Any:
    if probe == "load":
        return load(package, **arguments)
    if probe == "each":
        return each(package, device, **arguments)
    return probes.PROBES[probe](**probes.unpacked(arguments, device))


def each(
    package: Path, device: str, file: str, sources: list[str], probe: str, arguments: dict[str, Any]
) -> list[dict[str, Any]]:
    """One probe's outcome with one version of a file after another."""
    outcomes = []
    for source in sources:
        load(package, {file: source}, [])
        outcomes.append(
            outcome(probe, deepcopy(arguments), package, device)
        )  # some change what they are given
    return outcomes


def load(package: Path, files: dict[str, str], modules: list[str]) -> None:
    """Write files of the package ``vae`` into the scratch folder and import these modules of it.

    What was imported from an earlier version of a file is forgotten.
    """
    for file in files:
        sys.modules.pop("vae" if file == "__init__.py" else f"vae.{Path(file).stem}", None)
    package.mkdir(exist_ok=True)
    for file, source in files.items():
        # Latin-1 carries bytes through JSON unchanged; the encoding is for Python to find out.
        (package / file).write_bytes(source.encode("latin-1"))
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    for module in modules:
        importlib.import_module(f"vae.{module}")


def describe(error: BaseException, package: Path) -> dict[str, Any]:
    """What a student may be told of an exception: type, start of the text, place in the vae package."""
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - a student's __str__ can do anything
        text = ""
    where: tuple[str | None, int | None] = (None, None)
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).parent == package:
        where = (os.path.basename(error.filename), error.lineno)
        text = error.msg
    else:
        for frame, line in traceback.walk_tb(error.__traceback__):
            if Path(frame.f_code.co_filename).parent == package:
                where = (os.path.basename(frame.f_code.co_filename), line)
    return {
        "type": type(error).__name__[:100],
        "text": text[:EXCEPTION_LENGTH],
        "file": where[0],
        "line": where[1],
    }
