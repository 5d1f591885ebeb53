"""How values cross between grader and student: one length-prefixed frame each.

A frame is ``MAGIC, u32 length of JSON, u64 length of tensors, JSON, safetensors``; ``encoding`` says what is in them.
"""

from __future__ import annotations

import math
import socket
import struct
import time
from typing import Any

from autograder.sandbox import encoding

MAGIC = b"VAE1"
HEADER = struct.Struct("<4sIQ")


class Closed(Exception):
    """The other side hung up before a whole frame arrived."""


class DeadlinePassed(Exception):
    """No whole frame arrived in time."""


def frame(value: Any, bounded: bool = False) -> bytes:
    """A whole frame that carries the value. ``bounded`` as for ``encoding.encode``."""
    document, blob = encoding.encode(value, bounded)
    return HEADER.pack(MAGIC, len(document), len(blob)) + document + blob


def send(connection: socket.socket, value: Any, deadline: float = math.inf) -> None:
    """Send one frame. ``deadline`` is a time.monotonic() value. Raises DeadlinePassed, Closed."""
    send_frame(connection, frame(value), deadline)


def send_frame(connection: socket.socket, content: bytes, deadline: float = math.inf) -> None:
    """Send a frame that is already encoded. ``deadline`` and exceptions are those of ``send``."""
    view = memoryview(content)
    try:
        while view:
            connection.settimeout(_remaining(deadline))
            view = view[connection.send(view) :]
    except TimeoutError:
        raise DeadlinePassed from None
    except OSError:
        raise Closed from None


def receive(
    connection: socket.socket, max_tensors: int, deadline: float = math.inf, max_json: int | None = None
) -> Any:
    """Receive one frame; one deadline holds for the whole of it, so that a slow drip gains nothing.

    Raises ProtocolError, DeadlinePassed or Closed.
    """
    magic, document_length, blob_length = HEADER.unpack(_read(connection, HEADER.size, deadline))
    if magic != MAGIC or document_length > (max_json or encoding.MAX_JSON) or blob_length > max_tensors:
        raise encoding.ProtocolError("not a frame, or too large a one")
    document = _read(connection, document_length, deadline)
    blob = _read(connection, blob_length, deadline)
    if max_json is None and encoding.too_many(document, blob):  # with max_json, the frame is from the grader
        raise encoding.ProtocolError("too much to unpack")
    value = encoding.decode(document, blob)
    if time.monotonic() > deadline:
        raise DeadlinePassed
    return value


def _read(connection: socket.socket, length: int, deadline: float) -> bytes:
    content = bytearray()
    try:
        while len(content) < length:
            connection.settimeout(_remaining(deadline))
            chunk = connection.recv(min(length - len(content), 1 << 20))
            if not chunk:
                raise Closed
            content += chunk
    except TimeoutError:
        raise DeadlinePassed from None
    except OSError:
        raise Closed from None
    return bytes(content)


def _remaining(deadline: float) -> float | None:
    if deadline == math.inf:
        return None
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    return remaining
