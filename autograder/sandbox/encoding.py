"""Turn values into bytes and back: JSON plus safetensors, never pickle.

JSON carries plain values; what JSON can't express is an object with one ``$`` key. The grader decodes
bytes that a student's process chose: every fault in them is a ProtocolError, and the amount to decode is bounded
beforehand. An honest sender measures first, and reports with ``Unencodable`` what it can't send.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

# Several times the largest legitimate answer: that to all questions about what one function computes.
MAX_TENSORS = 30 << 20  # bytes
MAX_JSON = 1_000_000
MAX_COUNT = 4_500  # tensors
MAX_HEADER = 500_000  # bytes of the header in which safetensors names the tensors
MAX_VALUES = 100_000  # numbers, texts and lists
MAX_BRACKETS = 50_000  # opening ones in JSON: lists and objects to unpack
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
    """The other side sent something that is not a frame of this protocol."""


class Unencodable(Exception):
    """A value that can't be sent: ``reason`` is ``too_large``, ``exotic`` or ``not_encodable``; ``what`` names it."""

    def __init__(self, reason: str, what: str = "") -> None:
        super().__init__(reason, what)
        self.reason, self.what = reason, what[:TEXT_LENGTH]


@dataclass(frozen=True)
class Array:
    """A tensor as it was seen in the student's process; ``data`` is None if it can't be sent."""

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


@dataclass
class Luggage:
    """What a frame carries so far. ``bounded``: raises Unencodable for more than ``receive`` accepts."""

    bounded: bool
    tensors: dict[str, torch.Tensor] = field(default_factory=dict)
    bytes: int = 0
    values: int = 0

    def weigh(self, tensor_bytes: int = 0) -> None:
        self.bytes, self.values = self.bytes + tensor_bytes, self.values + 1
        count = len(self.tensors) + (tensor_bytes > 0)
        if self.bounded and (self.bytes > MAX_TENSORS or count > MAX_COUNT or self.values > MAX_VALUES):
            raise Unencodable("too_large")

    def put(self, tensor: torch.Tensor) -> str:
        name = f"t{len(self.tensors)}"
        self.tensors[name] = tensor
        return name


def encode(value: Any, bounded: bool = False) -> tuple[bytes, bytes]:
    """Encode a value as (JSON, safetensors). Runs on either side; objects become ``Foreign``.

    ``bounded`` is for what student code returned: raises Unencodable for what is too large or can't be read at all.
    """
    luggage = Luggage(bounded)
    try:
        document = json.dumps(_to_json(value, luggage, 0), allow_nan=False).encode()
        blob = safetensors.torch.save(luggage.tensors) if luggage.tensors else b""
    except Unencodable:
        raise
    except BaseException as error:  # reading an object can run a student's code
        if not bounded:
            raise
        raise Unencodable("not_encodable", type_name(error)) from None
    if bounded and (len(document) > MAX_JSON or len(blob) > MAX_TENSORS or too_many(document, blob)):
        raise Unencodable("too_large")
    return document, blob


def _to_json(value: Any, luggage: Luggage, depth: int) -> Any:
    luggage.weigh()
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        return value if value.bit_length() < 64 else {"$o": "int"}
    if issubclass(kind, float):  # numpy.float64 is one
        number = float.__mul__(value, 1.0)
        return number if math.isfinite(number) else {"$f": str(number)}
    if kind is str:
        if luggage.bounded and len(value) > MAX_JSON:
            raise Unencodable("too_large")
        return value
    if issubclass(kind, torch.Tensor):
        return {"$t": _tensor(value, luggage)}
    if kind is Array:
        return {"$t": _again(value, luggage)}
    if kind is Foreign:
        return {"$o": value.type}
    if depth < MAX_DEPTH and kind in (list, tuple) and len(value) <= 10_000:
        items = [_to_json(item, luggage, depth + 1) for item in value]
        return items if kind is list else {"$u": items}
    if depth < MAX_DEPTH and kind is dict and all(type(key) is str for key in value):
        return {"$d": {key: _to_json(item, luggage, depth + 1) for key, item in value.items()}}
    if isinstance(value, torch.Tensor):
        raise Unencodable("exotic", f"{type_name(value)}, which poses as a Tensor")
    return {"$o": type_name(value)}


def type_name(value: object) -> str:
    """The name of a value's type, with its module unless that is Python's own."""
    kind = type(value)
    return (kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}")[
        :TEXT_LENGTH
    ]


def _tensor(value: torch.Tensor, luggage: Luggage) -> dict[str, Any]:
    kind = type(value)
    if any(
        "__torch_dispatch__" in vars(base)
        for base in kind.__mro__
        if base.__module__ not in ("torch", "torch._C")
    ):
        # Masked and jagged tensors, and objects that only look like tensors.
        raise Unencodable("exotic", type_name(value))
    with torch._C.DisableTorchFunctionSubclass():
        if value.is_nested or value.layout is not torch.strided:
            raise Unencodable(
                "exotic", "nested tensor" if value.is_nested else f"tensor of layout {value.layout}"
            )
        seen: dict[str, Any] = {
            "dtype": str(value.dtype).removeprefix("torch."),
            "shape": list(value.shape),
            "device": str(value.device),
            "requires_grad": value.requires_grad,
            "plain": kind in (torch.Tensor, torch.nn.Parameter),
        }
        if seen["dtype"] in DTYPES and value.device.type != "meta":
            luggage.weigh(value.numel() * value.element_size())
            if value.numel() and not value.untyped_storage().nbytes():
                raise Unencodable("not_encodable", "tensor without storage")
            data = value.detach().resolve_neg().to("cpu", copy=True).contiguous()
            seen["ref"] = luggage.put(data.as_subclass(torch.Tensor))
    return seen


def _again(seen: Array, luggage: Luggage) -> dict[str, Any]:
    """The description of a tensor that was received before and is sent again."""
    described: dict[str, Any] = {
        name: getattr(seen, name) for name in ("dtype", "device", "requires_grad", "plain")
    }
    if seen.data is not None:
        described["ref"] = luggage.put(seen.data.clone())  # safetensors refuses tensors that share memory
    return {**described, "shape": list(seen.shape)}


def decode(document: bytes, blob: bytes) -> Any:
    """The inverse of ``encode``. Raises ProtocolError for anything but a well-formed frame."""
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


def too_many(document: bytes, blob: bytes) -> bool:
    """Whether there is too much to unpack: a list or object opens a bracket in JSON, a tensor one in the header."""
    if document.count(b"[") + document.count(b"{") > MAX_BRACKETS:
        return True
    length = int.from_bytes(blob[:8], "little")
    return length > MAX_HEADER or blob.count(b"{", 8, 8 + length) > MAX_COUNT + 1


def _int64(digits: str) -> int:
    """An integer as ``encode`` sends it. Raises ValueError for a longer one, which may overflow as a float."""
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
