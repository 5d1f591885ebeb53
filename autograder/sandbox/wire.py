"""How values cross between grader and student: length-prefixed JSON plus safetensors, never pickle.

A frame is ``MAGIC, u32 length of JSON, u64 length of tensors, JSON, safetensors``. JSON carries
plain values; whatever JSON can't say is an object with one ``$`` key. The decoder runs in the
grader on bytes that a student's process chose: every fault in them is a ProtocolError.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

MAGIC = b"VAE1"
HEADER = struct.Struct("<4sIQ")
MAX_JSON = 1_000_000
MAX_DEPTH = 12
TEXT_LENGTH = 400

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
        *(torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.bool),
    )
}


class ProtocolError(Exception):
    """The other side sent something that is no frame of this protocol."""


class Closed(Exception):
    """The other side hung up before a whole frame arrived."""


class DeadlinePassed(Exception):
    """No whole frame arrived in time."""


@dataclass(frozen=True)
class Array:
    """A tensor as it was seen in the student's process; ``data`` is None where it can't be carried."""

    dtype: str
    shape: tuple[int, ...]
    device: str
    requires_grad: bool
    plain: bool
    data: torch.Tensor | None


@dataclass(frozen=True)
class Foreign:
    """Any other object in the student's process: only the name of its type crosses."""

    type: str


def encode(value: Any) -> tuple[bytes, bytes]:
    """A value as (JSON, safetensors). Runs on either side; objects become ``Foreign``."""
    tensors: dict[str, torch.Tensor] = {}
    document = json.dumps(_to_json(value, tensors, 0), allow_nan=False).encode()
    return document, safetensors.torch.save(tensors) if tensors else b""


def _to_json(value: Any, tensors: dict[str, torch.Tensor], depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if type(value) is int:
        return value if value.bit_length() < 64 else {"$o": "int"}
    if type(value) is float:
        return value if math.isfinite(value) else {"$f": str(value)}
    if type(value) is str:
        return value
    if isinstance(value, torch.Tensor):
        return {"$t": _tensor(value, tensors)}
    if isinstance(value, Array):
        return {"$t": _again(value, tensors)}
    if isinstance(value, Foreign):
        return {"$o": value.type}
    if depth < MAX_DEPTH and type(value) in (list, tuple) and len(value) <= 10_000:
        items = [_to_json(item, tensors, depth + 1) for item in value]
        return items if type(value) is list else {"$u": items}
    if depth < MAX_DEPTH and type(value) is dict and all(type(key) is str for key in value):
        return {"$d": {key: _to_json(item, tensors, depth + 1) for key, item in value.items()}}
    return {"$o": _type_name(value)}


def _type_name(value: object) -> str:
    kind = type(value)
    return (kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}")[
        :TEXT_LENGTH
    ]


def _tensor(value: torch.Tensor, tensors: dict[str, torch.Tensor]) -> dict[str, Any]:
    seen: dict[str, Any] = {
        "dtype": str(value.dtype).removeprefix("torch."),
        "shape": list(value.shape),
        "device": str(value.device),
        "requires_grad": value.requires_grad,
        "plain": type(value) in (torch.Tensor, torch.nn.Parameter),
    }
    if seen["dtype"] in DTYPES and value.layout is torch.strided and value.device.type != "meta":
        seen["ref"] = f"t{len(tensors)}"
        tensors[seen["ref"]] = value.detach().resolve_neg().to("cpu", copy=True).contiguous()
    return seen


def _again(seen: Array, tensors: dict[str, torch.Tensor]) -> dict[str, Any]:
    """As above, of what has crossed before."""
    described: dict[str, Any] = {
        name: getattr(seen, name) for name in ("dtype", "device", "requires_grad", "plain")
    }
    if seen.data is not None:
        described["ref"] = f"t{len(tensors)}"
        tensors[described["ref"]] = seen.data.clone()  # safetensors takes none that share memory
    return {**described, "shape": list(seen.shape)}


def decode(document: bytes, blob: bytes) -> Any:
    """The inverse of ``encode``. Raises ProtocolError for anything else than a well-formed frame."""
    try:
        tensors = safetensors.torch.load(blob) if blob else {}
        value = _from_json(json.loads(document, parse_int=_int64), tensors)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        RuntimeError,
        SafetensorError,
    ) as error:
        raise ProtocolError(f"{type(error).__name__} in a frame") from None
    if tensors:
        raise ProtocolError("tensors that nothing refers to")
    return value


def _int64(digits: str) -> int:
    """An integer as ``encode`` sends them; a longer one would overflow wherever it becomes a float."""
    number = int(digits)
    if number.bit_length() >= 64:
        raise ValueError("an integer beyond 64 bits")
    return number


def _from_json(value: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(value, list):
        return [_from_json(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    ((tag, content),) = value.items()
    if tag == "$t":
        return _array(content, tensors)
    if tag == "$u":
        return tuple(_from_json(item, tensors) for item in content)
    if tag == "$d":
        return {str(key): _from_json(item, tensors) for key, item in content.items()}
    if tag == "$f":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[content]
    if tag == "$o":
        return Foreign(str(content)[:TEXT_LENGTH])
    raise ValueError("unknown tag")


def _array(seen: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Array:
    data = tensors.pop(seen["ref"]) if "ref" in seen else None
    shape = tuple(int(size) for size in seen["shape"])
    if data is not None and (data.dtype is not DTYPES[seen["dtype"]] or tuple(data.shape) != shape):
        raise ValueError("a tensor differs from its description")
    return Array(
        dtype=str(seen["dtype"])[:TEXT_LENGTH],
        shape=shape,
        device=str(seen["device"])[:TEXT_LENGTH],
        requires_grad=bool(seen["requires_grad"]),
        plain=bool(seen["plain"]),
        data=data,
    )


def frame(value: Any) -> bytes:
    """A whole frame that carries the value."""
    document, blob = encode(value)
    return HEADER.pack(MAGIC, len(document), len(blob)) + document + blob


def send(connection: socket.socket, value: Any, deadline: float = math.inf) -> None:
    """Send one frame. ``deadline`` is a time.monotonic() value. Raises DeadlinePassed, Closed."""
    view = memoryview(frame(value))
    try:
        while view:
            connection.settimeout(_remaining(deadline))
            view = view[connection.send(view) :]
    except TimeoutError:
        raise DeadlinePassed from None
    except OSError:
        raise Closed from None


def receive(connection: socket.socket, max_tensors: int, deadline: float = math.inf) -> Any:
    """Receive one frame; one deadline holds for the whole of it, so that a slow drip gains nothing.

    Raises ProtocolError, DeadlinePassed or Closed.
    """
    magic, document_length, blob_length = HEADER.unpack(_read(connection, HEADER.size, deadline))
    if magic != MAGIC or document_length > MAX_JSON or blob_length > max_tensors:
        raise ProtocolError("not a frame, or too large a one")
    document = _read(connection, document_length, deadline)
    return decode(document, _read(connection, blob_length, deadline))


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
