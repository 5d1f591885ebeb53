"""The wire: every value arrives as it was; a student's bytes, whatever they are, raise only ProtocolError or Closed."""

from __future__ import annotations

import contextlib
import json
import math
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox import encoding, wire
from autograder.sandbox.encoding import Array, Foreign, ProtocolError
from autograder.sandbox.wire import Closed, DeadlinePassed

MEGABYTE = 1 << 20
# The same examples each time, so that anybody can repeat a failure.
repeatable = settings(derandomize=True, database=None, deadline=None, max_examples=400)


def round_trip(value: Any) -> Any:
    return encoding.decode(*encoding.encode(value))


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    mine, theirs = socket.socketpair()
    with mine, theirs:
        yield mine, theirs


def frame(document: bytes, blob: bytes = b"", magic: bytes = wire.MAGIC) -> bytes:
    return wire.HEADER.pack(magic, len(document), len(blob)) + document + blob


def received(content: bytes, max_tensors: int = MEGABYTE) -> Any:
    """What the grader reads from these bytes if the sender hangs up after them."""
    mine, theirs = socket.socketpair()

    def sending() -> None:
        with theirs, contextlib.suppress(OSError):
            theirs.sendall(content)

    sender = threading.Thread(target=sending)
    sender.start()
    try:
        return wire.receive(mine, max_tensors, time.monotonic() + 60)
    finally:
        mine.close()
        sender.join()


def described(**changes: Any) -> bytes:
    """The JSON of one tensor ``t0``, a float32 vector of 3, with some of its description changed."""
    seen = {
        "dtype": "float32",
        "shape": [3],
        "device": "cpu",
        "requires_grad": False,
        "plain": True,
        "ref": "t0",
    }
    left = {key: value for key, value in {**seen, **changes}.items() if value is not Ellipsis}
    return json.dumps({"$t": left}).encode()


BLOB = safetensors.torch.save({"t0": torch.arange(3.0)})
GOOD = encoding.encode(
    {"nonce": "ab", "value": [(1, 2.5, None), {"a": math.nan}, torch.ones(2, 3), object(), "텍스트"]}
)


# --- values there and back -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0,
        -1,
        2**63 - 1,
        -(2**63) + 1,
        0.0,
        -2.5,
        1e308,
        5e-324,
        math.inf,
        -math.inf,
        "",
        "기댓값 \u200b \0 \ud800",
        '{"$t": {}}',
        [],
        (),
        {},
        [1, [2, (3, [4])]],
        (None, (True,)),
        {"$t": 1, "": {"$d": 2}, "a b": [()]},
        list(range(10_000)),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_plain_values_arrive_as_they_were(value: Any) -> None:
    found = round_trip(value)
    assert found == value
    assert type(found) is type(value)


def test_nan_arrives_as_nan() -> None:
    assert math.isnan(round_trip(math.nan))


def test_minus_zero_keeps_its_sign() -> None:
    assert math.copysign(1, round_trip(-0.0)) == -1


@pytest.mark.parametrize("name", encoding.DTYPES)
def test_tensors_of_every_dtype_arrive_bit_for_bit(name: str) -> None:
    sent = torch.tensor([[0, 1, 2], [3, 1, 0]]).to(encoding.DTYPES[name])
    found = round_trip(sent)
    assert (found.dtype, found.shape, found.plain) == (name, (2, 3), True)
    assert found.data.dtype is encoding.DTYPES[name]
    assert torch.equal(found.data, sent)


@pytest.mark.parametrize(
    "sent",
    [
        torch.tensor(1.5),
        torch.empty(0),
        torch.empty(0, 5),
        torch.arange(12.0).reshape(3, 4).t(),
        torch.arange(10.0)[::3],
        torch.ones(1).expand(4, 5),
        torch.complex(torch.zeros(3), torch.ones(3)).conj().imag,
        torch.tensor([math.nan, math.inf, -math.inf, -0.0]),
    ],
    ids=["0-dim", "empty", "empty-rows", "transposed", "strided", "expanded", "negative-bit", "not-finite"],
)
def test_tensors_of_every_layout_arrive(sent: torch.Tensor) -> None:
    found = round_trip(sent)
    assert found.shape == tuple(sent.shape)
    assert torch.equal(torch.nan_to_num(found.data, 7.0), torch.nan_to_num(sent, 7.0))


def test_tensors_that_share_memory_all_arrive() -> None:
    base = torch.arange(6.0)
    first, second, third = round_trip([base, base, base[2:4]])
    assert torch.equal(first.data, base)
    assert torch.equal(second.data, base)
    assert third.data.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("value", "requires_grad", "plain"),
    [
        (torch.zeros(2), False, True),
        (torch.zeros(2, requires_grad=True), True, True),
        (torch.zeros(2, requires_grad=True) * 2, True, True),
        (torch.nn.Parameter(torch.zeros(2)), True, True),
        (torch.zeros(2).as_subclass(type("Mine", (torch.Tensor,), {})), False, False),
    ],
    ids=["tensor", "leaf", "result", "parameter", "subclass"],
)
def test_a_tensor_says_whether_it_is_plain_and_has_gradients(
    value: torch.Tensor, requires_grad: bool, plain: bool
) -> None:
    found = round_trip(value)
    assert (found.requires_grad, found.plain) == (requires_grad, plain)


@pytest.mark.parametrize(
    "value",
    [
        torch.empty(2, device="meta"),
        torch.zeros(2, dtype=torch.complex64),
        torch.quantize_per_tensor(torch.zeros(2), 0.1, 0, torch.quint8),
        torch.zeros(2, dtype=torch.float8_e5m2),
    ],
    ids=["meta", "complex", "quantized", "float8"],
)
def test_a_tensor_that_cannot_be_carried_arrives_as_its_description(value: torch.Tensor) -> None:
    found = round_trip(value)
    assert found.data is None
    assert found.shape == tuple(value.shape)
    assert found.device == str(value.device)


class Named:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (2**63, "int"),
        (10**5000, "int"),
        (np.float32(1.5), "numpy.float32"),
        (np.zeros(2), "numpy.ndarray"),
        (object(), "object"),
        (Named(), f"{__name__}.Named"),
        (print, "builtin_function_or_method"),
        (b"bytes", "bytes"),
        ({1: 2}, "dict"),
        ({1, 2}, "set"),
        (range(3), "range"),
        (1j, "complex"),
        (list(range(10_001)), "list"),
        (type("Text", (str,), {"__module__": "m"})("x"), "m.Text"),
        (type("N" * 1000, (), {"__module__": "m"})(), "m." + "N" * (encoding.TEXT_LENGTH - 2)),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else type(value).__name__[:30],
)
def test_any_other_object_crosses_as_the_name_of_its_type(value: Any, type_name: str) -> None:
    assert round_trip(value) == Foreign(type_name)


@pytest.mark.parametrize(
    "value", [np.float64(1.5), type("Nats", (float,), {"__float__": lambda _: 9.0})(1.5)]
)
def test_a_kind_of_float_crosses_as_the_float_it_is(value: float) -> None:
    found = round_trip(value)
    assert (found, type(found)) == (1.5, float)


class Poses:
    __class__ = property(lambda _: torch.Tensor)  # type: ignore[assignment]


class Raises:
    @property
    def __class__(self) -> Any:
        raise SystemExit


def masked() -> torch.Tensor:
    from torch.masked import masked_tensor

    found: torch.Tensor = masked_tensor(torch.ones(3), torch.tensor([True, False, True]))
    return found


def without_storage() -> torch.Tensor:
    found = torch.ones(3)
    found.untyped_storage().resize_(0)
    return found


REFUSED: dict[str, tuple[str, Callable[[], Any]]] = {
    "nested": ("exotic", lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])),
    "jagged": ("exotic", lambda: torch.nested.nested_tensor([torch.ones(2)], layout=torch.jagged)),
    "masked": ("exotic", masked),
    "sparse": ("exotic", lambda: torch.eye(2).to_sparse()),
    "compressed": ("exotic", lambda: torch.eye(2).to_sparse_csr()),
    "poses as a tensor": ("exotic", Poses),
    "raises where it is read": ("not_encodable", Raises),
    "no storage": ("not_encodable", without_storage),
    "one number, shown a billion times": ("too_large", lambda: torch.ones(1).expand(1 << 15, 1 << 15)),
    "a large tensor": ("too_large", lambda: torch.zeros(encoding.MAX_TENSORS // 4 + 1)),
    "many tensors": ("too_large", lambda: [torch.zeros(1)] * (encoding.MAX_COUNT + 1)),
    "many numbers": ("too_large", lambda: [[0] * 10_000] * 100),
    "a long text": ("too_large", lambda: "x" * encoding.MAX_JSON),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("reason", "make"), REFUSED.values(), ids=REFUSED.keys())
def test_an_honest_sender_says_what_it_cannot_send(reason: str, make: Callable[[], Any]) -> None:
    value = make()
    began = time.process_time()
    with pytest.raises(encoding.Unencodable) as refused:
        encoding.encode({"value": value, "after": {}}, bounded=True)
    assert refused.value.reason == reason
    assert time.process_time() - began < 5


def test_what_an_honest_sender_sends_is_taken() -> None:
    largest = [
        torch.zeros(encoding.MAX_TENSORS // 4 - 100_000),
        *[torch.zeros(0)] * (encoding.MAX_COUNT // 2),
    ]
    document, blob = encoding.encode(largest, bounded=True)
    assert len(received(frame(document, blob), max_tensors=encoding.MAX_TENSORS)) == len(largest)


def test_a_list_that_holds_itself_ends_at_the_depth_limit() -> None:
    endless: list[Any] = []
    endless.append(endless)
    found = round_trip(endless)
    for _ in range(encoding.MAX_DEPTH):
        (found,) = found
    assert found == Foreign("list")


def test_frames_follow_one_another_on_a_connection(pair: tuple[socket.socket, socket.socket]) -> None:
    mine, theirs = pair
    for value in (1, torch.zeros(3), "two"):
        wire.send(theirs, value)
    first, second, third = (wire.receive(mine, MEGABYTE) for _ in range(3))
    assert (first, third) == (1, "two")
    assert isinstance(second, Array)


def test_a_frame_larger_than_any_buffer_arrives_whole() -> None:
    sent = torch.arange(2.0**20)
    found = received(frame(*encoding.encode(sent)), max_tensors=8 * MEGABYTE)
    assert torch.equal(found.data, sent)


# --- what is not a frame ---------------------------------------------------------------------------------

BAD_FRAMES = {
    "bad magic": frame(b"1", magic=b"VAE2"),
    "html": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "printed text": b"hello, this is print() of a student\n" * 3,
    "pickle": b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    "empty document": frame(b""),
    "no JSON": frame(b"nope"),
    "two values": frame(b"1 2"),
    "not UTF-8": frame(b'"\xff\xfe"'),
    "unterminated": frame(b'["a'),
    "NUL": frame(b"\0"),
    "deep lists": frame(b"[" * 200_000 + b"]" * 200_000),
    "deep tuples": frame(b'{"$u":[' * 50_000 + b"]}" * 50_000),
    "deep dicts": frame(b'{"$d":{"a":' * 50_000 + b"1" + b"}}" * 50_000),
    "deep name": frame(b'{"$o":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "integer of 100,000 digits": frame(b"9" * 100_000),
    "integer of 4,000 digits": frame(b"9" * 4_000),
    "integer of 65 bits": frame(str(2**64).encode()),
    "untagged object": frame(b"{}"),
    "two tags": frame(b'{"$f":"nan","$o":"x"}'),
    "unknown tag": frame(b'{"$x":1}'),
    "tag without dollar": frame(b'{"nonce":"x"}'),
    "nan tag of another word": frame(b'{"$f":"NaN"}'),
    "nan tag of a number": frame(b'{"$f":1}'),
    "nan tag of a list": frame(b'{"$f":[]}'),
    "tuple of a number": frame(b'{"$u":5}'),
    "dict of a list": frame(b'{"$d":[1]}'),
    "tensor of nothing": frame(b'{"$t":null}'),
    "tensor of a word": frame(b'{"$t":"t0"}', BLOB),
    "tensors nobody refers to": frame(b"1", BLOB),
    "reference to no tensor": frame(described()),
    "reference to another tensor": frame(described(ref="t1"), BLOB),
    "reference of a list": frame(described(ref=["t0"]), BLOB),
    "one tensor twice": frame(b"[" + described() + b"," + described() + b"]", BLOB),
    "other shape": frame(described(shape=[4]), BLOB),
    "other rank": frame(described(shape=[3, 1]), BLOB),
    "negative shape": frame(described(shape=[-3]), BLOB),
    "infinite shape": frame(b'{"$t":' + described(ref=...)[6:-1].replace(b"[3]", b"[1e999]") + b"}"),
    "shape of words": frame(described(shape=["three"], ref=...)),
    "shape of a number": frame(described(shape=3, ref=...)),
    "other dtype": frame(described(dtype="float64"), BLOB),
    "unknown dtype": frame(described(dtype="object"), BLOB),
    "dtype of a list": frame(described(dtype=[]), BLOB),
    "no dtype": frame(described(dtype=...), BLOB),
    "no shape": frame(described(shape=...), BLOB),
    "no device": frame(described(device=...), BLOB),
    "blob of rubbish": frame(described(), b"rubbish" * 20),
    "blob cut off": frame(described(), BLOB[:-1]),
    "blob with more": frame(described(), BLOB + b"x"),
    "blob with a huge header": frame(described(), struct.pack("<Q", 2**60) + b"{}"),
    "blob with a header of nothing": frame(described(), struct.pack("<Q", 0)),
    "offsets outside": frame(described(), BLOB.replace(b"[0,12]", b"[0,99]")),
    "offsets backwards": frame(described(), BLOB.replace(b"[0,12]", b"[12,0]")),
    "blob of an unknown dtype": frame(described(), BLOB.replace(b'"F32"', b'"Q32"')),
    "blob of a huge shape": frame(described(), BLOB.replace(b"[3]", b"[9]")),
}


@pytest.mark.parametrize("content", BAD_FRAMES.values(), ids=BAD_FRAMES.keys())
def test_what_is_no_frame_is_a_protocol_error(content: bytes) -> None:
    with pytest.raises(ProtocolError):
        received(content)


@pytest.mark.parametrize(
    ("document_length", "blob_length"),
    [(encoding.MAX_JSON + 1, 0), (2**32 - 1, 0), (2, MEGABYTE + 1), (2, 2**64 - 1)],
)
def test_too_large_a_frame_is_refused_before_it_is_read(
    pair: tuple[socket.socket, socket.socket], document_length: int, blob_length: int
) -> None:
    mine, theirs = pair
    theirs.sendall(wire.HEADER.pack(wire.MAGIC, document_length, blob_length))  # and nothing after it
    with pytest.raises(ProtocolError):
        wire.receive(mine, MEGABYTE, time.monotonic() + 30)


def test_memory_grows_with_what_arrived_not_with_what_was_announced(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = pair
    asked: list[int] = []
    theirs.sendall(wire.HEADER.pack(wire.MAGIC, 1, 2**40) + b"1")
    theirs.shutdown(socket.SHUT_WR)

    class Recording:
        def __getattr__(self, name: str) -> Any:
            return getattr(mine, name)

        def recv(self, size: int) -> bytes:
            asked.append(size)
            return mine.recv(size)

    with pytest.raises(Closed):
        wire.receive(Recording(), 2**41, time.monotonic() + 30)  # type: ignore[arg-type]
    assert max(asked) <= MEGABYTE


@pytest.mark.parametrize("length", [0, 1, wire.HEADER.size, wire.HEADER.size + 3, -1])
def test_a_sender_that_hangs_up_within_a_frame_is_closed(length: int) -> None:
    with pytest.raises(Closed):
        received(frame(*GOOD)[:length])


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_words_for_infinity_that_json_lacks_are_no_finite_numbers(text: str) -> None:
    assert not math.isfinite(encoding.decode(text.encode(), b""))


def test_long_texts_of_a_description_are_cut() -> None:
    found = encoding.decode(described(dtype="d" * 5000, device="x" * 5000, ref=...), b"")
    assert len(found.dtype) == len(found.device) == encoding.TEXT_LENGTH


# --- the largest frames ----------------------------------------------------------------------------------


def names(count: int, more: str = "") -> bytes:
    """A safetensors blob of ``count`` tensors without elements."""
    entry = '"%x%s":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'
    head = ("{" + ",".join(entry % (number, more) for number in range(count)) + "}").encode()
    return struct.pack("<Q", len(head) + -len(head) % 8) + head + b" " * (-len(head) % 8)


def whole(part: bytes, join: bytes = b",", room: int = encoding.MAX_JSON - 2) -> bytes:
    return b"[" + join.join([part] * (room // (len(part) + len(join)))) + b"]"


LARGEST = {
    "one tensor": (described(shape=[encoding.MAX_TENSORS // 4 - 32]), safetensors.torch.save({"t0": torch.zeros(encoding.MAX_TENSORS // 4 - 32)})),
    "half a million tensors": (b"1", names(500_000)),
    "as many tensors as may be": (b"1", names(encoding.MAX_COUNT)),
    "names with escapes": (b"1", names(100_000, "\\u0061")),
    "a header of blanks": (b"1", struct.pack("<Q", 29 << 20) + b"{}" + b" " * ((29 << 20) - 2)),
    "a header of braces": (b"1", struct.pack("<Q", 250_000) + b"{" * 250_000),
    "lists": (whole(b"[]"), b""),
    "dicts": (whole(b'{"$d":{}}'), b""),
    "names of types": (whole(b'{"$o":""}'), b""),
    "numbers": (whole(b"1e9"), b""),
    "a text": (b'"' + b"\\u0000" * 100_000 + b'"', b""),
    "descriptions": (whole(described(ref=...)), b""),
    "a shape": (b'{"$t":' + described(ref=...)[6:-1].replace(b"[3]", whole(b"9999", room=600_000)) + b"}", b""),
}  # fmt: skip


def peak_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10


@pytest.mark.parametrize(("document", "blob"), LARGEST.values(), ids=LARGEST.keys())
def test_whatever_is_in_a_frame_takes_little_memory_and_time(document: bytes, blob: bytes) -> None:
    content = frame(document, blob)
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak
    before, began = peak_bytes(), time.process_time()
    with contextlib.suppress(ProtocolError):
        received(content, max_tensors=encoding.MAX_TENSORS)
    assert peak_bytes() - before <= 200 << 20
    assert time.process_time() - began <= 2


def test_a_frame_that_is_decoded_too_late_is_late(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = pair
    decode = encoding.decode
    monkeypatch.setattr(encoding, "decode", lambda *given: (time.sleep(0.3), decode(*given))[1])
    wire.send(theirs, 1)
    with pytest.raises(DeadlinePassed):
        wire.receive(mine, MEGABYTE, time.monotonic() + 0.2)


# --- deadlines -------------------------------------------------------------------------------------------


def test_one_deadline_holds_for_a_whole_frame_that_drips(pair: tuple[socket.socket, socket.socket]) -> None:
    mine, theirs = pair
    stop = threading.Event()
    left = bytearray(frame(json.dumps("x" * 5000).encode()))

    def dripping() -> None:
        while left and not stop.wait(0.02):
            theirs.sendall(bytes([left.pop(0)]))

    drip = threading.Thread(target=dripping)
    drip.start()
    try:
        with pytest.raises(DeadlinePassed):
            wire.receive(mine, MEGABYTE, time.monotonic() + 0.3)
    finally:
        stop.set()
        drip.join()
    assert left, "the frame arrived before the deadline"


def test_nothing_at_all_hits_the_deadline(pair: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(DeadlinePassed):
        wire.receive(pair[0], MEGABYTE, time.monotonic() + 0.05)


def test_a_deadline_in_the_past_reads_nothing(pair: tuple[socket.socket, socket.socket]) -> None:
    mine, theirs = pair
    wire.send(theirs, 1)
    with pytest.raises(DeadlinePassed):
        wire.receive(mine, MEGABYTE, time.monotonic() - 1)


def test_sending_to_who_does_not_read_hits_the_deadline(pair: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(DeadlinePassed):
        wire.send(pair[0], torch.zeros(8 * MEGABYTE), time.monotonic() + 0.3)


def test_sending_to_who_has_gone_is_closed(pair: tuple[socket.socket, socket.socket]) -> None:
    mine, theirs = pair
    theirs.close()
    with pytest.raises(Closed):
        wire.send(mine, torch.zeros(MEGABYTE))


# --- anything at all -------------------------------------------------------------------------------------


def only_known_errors(call: Callable[[], Any]) -> None:
    with contextlib.suppress(ProtocolError, Closed):
        call()


@repeatable
@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_unknown(content: bytes) -> None:
    only_known_errors(lambda: received(content))


@repeatable
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_random_documents_and_blobs_raise_nothing_unknown(document: bytes, blob: bytes) -> None:
    only_known_errors(lambda: encoding.decode(document, blob))


@repeatable
@given(st.data())
def test_damaged_frames_raise_nothing_unknown(data: st.DataObject) -> None:
    content = bytearray(frame(*GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["set", "insert", "delete", "cut"])):
            case "set":
                content[at] = data.draw(st.integers(0, 255))
            case "insert":
                content[at:at] = data.draw(st.binary(min_size=1, max_size=8))
            case "delete":
                del content[at : at + data.draw(st.integers(1, 8))]
            case "cut":
                del content[at + 1 :]
        if not content:
            break
    only_known_errors(lambda: received(bytes(content)))


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**30, 10**40)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["t0", "float32", "cpu", "nan", "inf"])
)
KEYS = st.sampled_from(
    ["$t", "$u", "$d", "$f", "$o", "dtype", "shape", "device", "requires_grad", "plain", "ref"]
)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=6)
        | st.tuples(KEYS, inner).map(lambda item: dict([item]))
        | st.fixed_dictionaries(
            {"dtype": inner, "shape": inner, "device": inner, "requires_grad": inner, "plain": inner},
            optional={"ref": st.just("t0") | inner},
        ).map(lambda seen: {"$t": seen})
    ),
    max_leaves=15,
)


@repeatable
@given(DOCUMENTS, st.sampled_from([b"", BLOB]))
def test_lying_documents_raise_nothing_unknown(document: Any, blob: bytes) -> None:
    only_known_errors(lambda: encoding.decode(json.dumps(document).encode(), blob))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@repeatable
@given(VALUES)
def test_any_plain_value_arrives_as_it_was(value: Any) -> None:
    def as_far_as_the_depth_limit(item: Any, depth: int = 0) -> Any:
        if not isinstance(item, (list, tuple, dict)):
            return item
        if depth >= encoding.MAX_DEPTH:
            return Foreign(type(item).__name__)
        if isinstance(item, dict):
            return {key: as_far_as_the_depth_limit(each, depth + 1) for key, each in item.items()}
        return type(item)(as_far_as_the_depth_limit(each, depth + 1) for each in item)

    assert round_trip(value) == as_far_as_the_depth_limit(value)
