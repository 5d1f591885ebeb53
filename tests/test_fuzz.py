"""Fuzzing: what students' processes send, what students hand in and what lies in OUT may be any bytes at all.

The trusted side reads it or refuses it in its own way, and uses no more memory than the input's size explains.
Each run has over 10,000 cases, always the same ones (derandomized), so that anybody can repeat a failure;
``FUZZ_FACTOR=20`` runs twenty times as many.
"""

from __future__ import annotations

import io
import json
import math
import os
import struct
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.intake import Source, Submission, find, load
from autograder.messages import Message, Refusal
from autograder.outfolder import Folder, in_language, run_seed
from autograder.report import write_reports
from autograder.results import Adjustment, Check, Result, to_csv
from autograder.sandbox import encoding, wire
from tests import zips

MEGABYTE = 1 << 20
CASES = {
    "bytes": 1_000,
    "damaged frames": 2_000,
    "lying documents": 1_500,
    "lying headers": 2_000,
    "shapes of documents": 500,
    "damaged zips": 1_500,
    "forged zips": 1_000,
    "names": 500,
    "damaged results": 800,
    "altered results": 800,
    "run files": 400,
}
FACTOR = float(os.environ.get("FUZZ_FACTOR", "1"))


def test_there_are_at_least_ten_thousand_cases() -> None:
    assert sum(CASES.values()) >= 10_000


def fuzz(name: str, strategy: st.SearchStrategy[Any], body: Callable[[Any], None]) -> None:
    """Call ``body`` with as many values of the strategy as ``CASES`` says, and check that it was that many."""
    wanted, seen = int(CASES[name] * FACTOR), 0

    def case(value: Any) -> None:
        nonlocal seen
        seen += 1
        body(value)

    quick = settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=wanted,
        suppress_health_check=list(HealthCheck),
    )
    quick(given(strategy)(case))()
    assert seen >= wanted


def megabytes(line: str) -> int:
    """One of Linux's figures of this process's memory, in MB."""
    text = Path("/proc/self/status").read_text()
    return int(next(row for row in text.splitlines() if row.startswith(line)).split()[1]) >> 10


def frugal(call: Callable[[], Any], most: int) -> None:
    """Make the call. Python may allocate ``most`` bytes; the process may grow by twice that and 64 MB."""
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak
    before = megabytes("VmRSS:")
    tracemalloc.start()
    try:
        call()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= most
    assert megabytes("VmHWM:") - before <= 64 + 2 * most // MEGABYTE


# --- the wire --------------------------------------------------------------------------------------------


class Bytes:
    """A connection whose other end has sent these bytes and hung up."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def settimeout(self, seconds: float | None) -> None:
        pass

    def recv(self, size: int) -> bytes:
        return self._content.read(size)


def received(content: bytes) -> None:
    """Receive one frame: it is plain data, or the wire refuses it with an error of its own."""

    def receive() -> None:
        with suppress(encoding.ProtocolError, wire.Closed, wire.DeadlinePassed):
            plain(wire.receive(Bytes(content), MEGABYTE))  # type: ignore[arg-type]

    # The first read asks for a header, the next for what the header announces. JSON's lists take 40 times their text.
    frugal(receive, 2 * MEGABYTE + 200 * len(content))


def plain(value: Any) -> None:
    """Fail if the value contains anything that the wire cannot express."""
    if isinstance(value, (list, tuple)):
        for item in value:
            plain(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            assert type(key) is str
            plain(item)
    elif isinstance(value, encoding.Array):
        assert type(value.shape) is tuple and all(type(size) is int for size in value.shape)
        assert value.data is None or type(value.data) is torch.Tensor
        assert value.data is None or tuple(value.data.shape) == value.shape
        assert value.data is None or value.data.dtype is encoding.DTYPES[value.dtype]
    else:
        assert value is None or type(value) in (bool, int, float, str, encoding.Foreign)
        assert type(value) is not int or value.bit_length() < 64


def frame(document: bytes, blob: bytes = b"") -> bytes:
    return wire.HEADER.pack(wire.MAGIC, len(document), len(blob)) + document + blob


ANSWER = {
    "nonce": "ab" * 16,
    "value": [(1, 2.5, None, math.inf), {"a": -1, "b": {"c": []}}, torch.ones(2, 3), object(), "텍스트"],
    "raised": {"type": "ValueError", "text": "no", "file": "loss.py", "line": 3},
    "after": {
        "mu": torch.arange(4),
        "flag": torch.tensor(True),
        "half": torch.zeros(0, 5, dtype=torch.float16),
    },
}
FRAME = frame(*encoding.encode(ANSWER))
BLOB = safetensors.torch.save({"t0": torch.arange(3.0), "t1": torch.zeros(2, 0, dtype=torch.int8)})


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with some set, put in, taken out, repeated or cut off."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        length = draw(st.integers(1, 12))
        match draw(st.sampled_from(["set", "put in", "take out", "repeat", "cut", "extreme"])):
            case "set":
                content[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "put in":
                content[at:at] = draw(st.binary(min_size=1, max_size=8))
            case "take out":
                del content[at : at + length]
            case "repeat":
                content[at:at] = content[at : at + length]
            case "cut":
                del content[at:]
            case "extreme":
                content[at : at + 4] = draw(st.sampled_from([b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"]))
    return bytes(content)


def test_any_bytes_are_refused_or_read() -> None:
    announced = st.builds(
        lambda document, blob, rest: wire.HEADER.pack(wire.MAGIC, document, blob) + rest,
        st.integers(0, 2**32 - 1) | st.integers(0, 100),
        st.integers(0, 2**64 - 1) | st.integers(0, 100),
        st.binary(max_size=300),
    )
    fuzz("bytes", st.binary(max_size=300) | announced, received)


def test_damaged_frames_are_refused_or_read() -> None:
    received(FRAME)
    fuzz("damaged frames", damaged(FRAME), received)


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**30, 10**40)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["t0", "t1", "float32", "int8", "cpu", "nan", "inf", 2**63 - 1, -1])
)
KEYS = st.sampled_from(
    ["$t", "$u", "$d", "$f", "$o", "dtype", "shape", "device", "requires_grad", "plain", "ref"]
)
SEEN = ("dtype", "shape", "device", "requires_grad", "plain")
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=6)
        | st.tuples(KEYS, inner).map(lambda item: dict([item]))
        | st.fixed_dictionaries(
            {
                "dtype": st.sampled_from(["float32", "int8"]) | inner,
                "shape": st.sampled_from([[3], [2, 0]]) | inner,
                "device": inner,
                "requires_grad": inner,
                "plain": inner,
            },
            optional={"ref": st.sampled_from(["t0", "t1"]) | inner},
        ).map(lambda seen: {"$t": seen})
    ),
    max_leaves=20,
)


def test_lying_documents_are_refused_or_read() -> None:
    fuzz(
        "lying documents",
        st.tuples(DOCUMENTS, st.sampled_from([b"", BLOB])),
        lambda lie: received(frame(json.dumps(lie[0]).encode(), lie[1])),
    )


NUMBERS = st.integers(0, 24) | st.sampled_from([-1, 2**31, 2**32, 2**53, 2**62, 2**63, 2**64, 2**64 - 1, 1.5])
TENSORS = st.dictionaries(
    st.sampled_from(["t0", "t1", "__metadata__", ""]),
    st.fixed_dictionaries(
        {},
        optional={
            "dtype": st.sampled_from(
                "F32 F16 BF16 F64 I8 I16 I32 I64 U8 U16 U32 U64 BOOL C64 F8_E4M3 F8_E5M2 F4 X".split()
            ),
            "shape": st.lists(NUMBERS, max_size=4) | LEAVES,
            "data_offsets": st.lists(NUMBERS, min_size=2, max_size=2)
            | st.lists(NUMBERS, max_size=3)
            | LEAVES,
        },
    )
    | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)
    | LEAVES,
    max_size=3,
)


@st.composite
def blobs(draw: st.DrawFn) -> bytes:
    """Safetensors whose header lies about lengths, types, offsets, or about its own length."""
    if draw(st.booleans()):  # nearly right: one tensor of three numbers
        described = {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}
        key = draw(st.sampled_from(sorted(described)))
        tensors: Any = {
            "t0": {**described, key: draw(NUMBERS | st.lists(NUMBERS, max_size=3) | st.text(max_size=4))}
        }
    else:
        tensors = draw(TENSORS)
    header = json.dumps(tensors).encode() + b" " * draw(st.integers(0, 8))
    if draw(st.integers(0, 9)) == 0:  # the same name twice
        header = b"{" + header.strip()[1:-1] + b"," + header.strip()[1:]
    length = draw(st.just(len(header)) | st.integers(0, 2**64 - 1) | st.integers(0, 200))
    return struct.pack("<Q", length) + header + draw(st.binary(max_size=40))


def test_lying_headers_of_tensors_are_refused_or_read() -> None:
    one = {
        "$t": {
            "dtype": "float32",
            "shape": [3],
            "device": "cpu",
            "requires_grad": False,
            "plain": True,
            "ref": "t0",
        }
    }
    document = json.dumps(one).encode()
    fuzz("lying headers", blobs(), lambda blob: received(frame(document, blob)))


def nested_document(shape: tuple[str, str, str], times: int) -> bytes:
    before, inside, after = shape
    return (before * times + inside + after * times).encode()


def test_documents_of_every_shape_are_refused_or_read() -> None:
    shapes = st.sampled_from(
        [
            ("[", "0", "]"),
            ('{"$d":{"a":', "0", "}}"),
            ('{"$u":[', "0", "]}"),
            ("", "[" + "[]," * 99 + "[]]", ""),
            ('{"a":', "0", "}"),
            ("", "9" * 5000, ""),
            ("", "-0.0e-" + "9" * 300, ""),
            ("", '{"$d":{' + ",".join('"same":1' for _ in range(200)) + "}}", ""),
            ("", '{"$t":{},"$t":{"dtype":"float32"}}', ""),
            ("", '"\\ud800"', ""),
            ("", "\ufeff0", ""),
        ]
    )
    cases = st.builds(nested_document, shapes, st.integers(0, 3_000))
    fuzz("shapes of documents", cases, lambda document: received(frame(document)))


@pytest.mark.parametrize(
    "item", ["[]", "0", '""', "{}", '{"$d":{}}', "1e5", '"\\u0000"', '{"$o":""}', "[[]]"]
)
def test_the_largest_documents_stay_within_the_cap(item: str) -> None:
    """A million bytes of JSON become about 100 MB of Python objects at most, for a moment."""
    count = (encoding.MAX_JSON - 1) // (len(item) + 1)
    document = ("[" + ",".join([item] * count) + "]").encode()
    assert 0.9 * encoding.MAX_JSON < len(document) <= encoding.MAX_JSON

    def receive() -> None:
        with suppress(encoding.ProtocolError):
            wire.receive(Bytes(frame(document)), MEGABYTE)  # type: ignore[arg-type]

    frugal(receive, 128 * MEGABYTE)


# --- hand-ins --------------------------------------------------------------------------------------------

FOUR = ("model.py", "loss.py", "training.py", "latent.py")
zipped = partial(zips.zipped, comment=b"from home")


GOOD = {f"vae/{name}": f"NAME = {name!r}\n".encode() * 3 for name in FOUR}
WHOLE = [
    zipped(GOOD),
    zipped(GOOD, zipfile.ZIP_STORED),
    zipped({"code.zip": zipped(GOOD), "보고서.pdf": b"x" * 100}),
    zipped({f"홍길동/{name}": content for name, content in GOOD.items()} | {"lee.zip": zipped(GOOD)}),
    zipped({"vae/model.py": b"#" * 2_000_000}),
]


def looked_at(path: Path, content: bytes) -> None:
    """Find and load the zip, as one student's and as a class's; each file is there, or there is a reason why not."""
    path.write_bytes(content)

    def look() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = [load(Source("kim", path))]
            with suppress(Refusal):
                loaded += [load(source) for source in find(path)]
        for submission in loaded:
            consistent(submission)

    frugal(look, 16 * MEGABYTE)


def consistent(submission: Submission) -> None:
    assert set(submission.files) | set(submission.problems) == set(FOUR)
    assert not set(submission.files) & set(submission.problems)
    assert all(len(content) <= 1_000_000 and b"\0" not in content for content in submission.files.values())
    for message in (*submission.problems.values(), *submission.notes):
        for language in ("en", "ko"):
            text = message.text(language)
            assert text and "\n" not in text and "\x1b" not in text and "Traceback" not in text


def test_damaged_zips_are_refused_or_read(tmp_path: Path) -> None:
    for whole in WHOLE:
        looked_at(tmp_path / "kim.zip", whole)
    strategy = st.sampled_from(WHOLE).flatmap(damaged)
    fuzz("damaged zips", strategy, lambda content: looked_at(tmp_path / "kim.zip", content))


SHORT, LONG = st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)
SIZES = st.integers(0, 40) | st.just(2**32 - 1) | LONG


@st.composite
def forged(draw: st.DrawFn) -> bytes:
    """A zip whose table of contents may lie about its members: sizes, places, methods, flags, kinds, names."""
    body, contents, count = b"", b"", draw(st.integers(0, 4))
    for number in range(count):
        name = draw(st.sampled_from([b"vae/", b"", b"../", b"/", b"a\\"])) + FOUR[number].encode()
        data = draw(st.binary(max_size=40))
        at, right = len(body), draw(st.booleans())
        flags = draw(st.sampled_from([0, 0x800, 8, 1, 0x41, 0x20]) | SHORT)
        method = draw(st.sampled_from([0, 0, 8, 9, 12, 14, 93, 99]))
        sizes = (len(data), len(data)) if right else (draw(SIZES), draw(SIZES))
        extra = draw(
            st.just(b"") | st.binary(max_size=20) | st.just(struct.pack("<HHQQQ", 1, 24, *(2**63,) * 3))
        )
        checked = crc32(data) if right else draw(LONG)
        body += (
            struct.pack("<4s5H3I2H", b"PK\3\4", 20, flags, method, 0, 0, checked, *sizes, len(name), 0)
            + name
            + data
        )
        at = at if right else draw(SIZES)
        kind = draw(st.sampled_from([0, 0o100644 << 16, 0o120777 << 16, 0o010644 << 16]) | LONG)
        facts = (20, 20, flags, method, draw(SHORT), draw(SHORT), checked, *sizes)
        rest = (len(name), len(extra), 0, draw(SHORT) if not right else 0, 0, kind, at)
        contents += struct.pack("<4s6H3I5H2I", b"PK\1\2", *facts, *rest) + name + extra
    counts = (count, count) if draw(st.booleans()) else (draw(SHORT), draw(SHORT))
    place = (len(contents), len(body)) if draw(st.booleans()) else (draw(SIZES), draw(SIZES))
    return body + contents + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, *counts, *place, 0)


def test_forged_zips_are_refused_or_read(tmp_path: Path) -> None:
    fuzz("forged zips", forged(), lambda content: looked_at(tmp_path / "kim.zip", content))


def test_members_of_any_name_are_only_names(tmp_path: Path) -> None:
    pieces = st.sampled_from(
        ["vae", "model.py", "..", ".", "", "C:", "a.zip", "홍길동", "\u202e", "\x00", "\n", "CON"]
    )
    names = st.lists(pieces | st.text(max_size=6), min_size=1, max_size=6)
    joined = st.builds(lambda parts, joint: joint.join(parts), names, st.sampled_from(["/", "\\", "//"]))
    inside = tmp_path / "inside"
    inside.mkdir()

    def case(several: list[str]) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as file:
            for name in several:
                with suppress(IndexError, UnicodeError, ValueError), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    file.writestr(name, b"x = 1\n")
        looked_at(inside / "kim.zip", buffer.getvalue())
        assert os.listdir(tmp_path) == ["inside"] and os.listdir(inside) == ["kim.zip"]

    fuzz("names", st.lists(joined, min_size=1, max_size=4), case)


# --- what lies in OUT ------------------------------------------------------------------------------------

CHECK = Check(
    "kl_scalar", "loss", "t", 2.0, 2.0, "passed", "m", "check.not_run", {"needed": "kl_scalar"}, "relu"
)
RESULT = Result(
    submission="kim",
    score=2.0,
    max_score=100.0,
    status="graded",
    dataset="digits",
    device="cpu",
    seed=7,
    seconds=1.5,
    checks=(CHECK,),
    notes=(Message("intake.missing", {"file": "model.py"}),),
    digest="ab",
    isolation="namespaces",
    versions={"torch": "2", "checks": "cd"},
    adjustments=(Adjustment("loss", 1.0, 2.5, Message("adjust.override", {"reason": "appeal"})),),
)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -1, 2**70, "graded", "failed", "{0}", "\ud800", "check.cpu_time"])
    | st.floats()
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def taken_up(out: Path, content: bytes) -> None:
    """The file is not read as a result, or all that a run does with a result works on it."""
    folder = Folder(out, {"kim": "kim"})
    (out / "results").mkdir(exist_ok=True)
    (out / "results/kim.json").write_bytes(content)
    result = folder.read("kim")
    if result is None:
        return
    for language in ("en", "ko"):
        drawn = in_language(result, language)
        assert Result.from_json(drawn.to_json()) == drawn
        write_reports(out, [drawn], language)
    to_csv([result])


def test_a_damaged_result_is_none_or_a_whole_one(tmp_path: Path) -> None:
    whole = RESULT.to_json().encode()
    taken_up(tmp_path, whole)
    assert Folder(tmp_path, {"kim": "kim"}).read("kim") == RESULT
    taken_up(tmp_path, b"[" * 100_000)
    fuzz("damaged results", damaged(whole), lambda content: taken_up(tmp_path, content))


def test_a_result_of_other_types_is_none_or_a_whole_one(tmp_path: Path) -> None:
    record = json.loads(RESULT.to_json())
    places: list[tuple[Any, ...]] = [(key,) for key in record]
    places += [("checks", 0, key) for key in record["checks"][0]] + [
        ("checks", 0),
        ("checks", 0, "values", "needed"),
    ]
    places += [("notes", 0), ("notes", 0, "id"), ("notes", 0, "values"), ("versions", "checks"), ("added",)]
    places += [("adjustments", 0, key) for key in record["adjustments"][0]]
    places += [("adjustments", 0), ("adjustments", 0, "why", "id"), ("adjustments", 0, "why", "values")]

    def altered(place: tuple[Any, ...], value: Any) -> bytes:
        copy = json.loads(RESULT.to_json())
        inner = copy
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        return json.dumps(copy).encode()

    strategy = st.builds(altered, st.sampled_from(places), JSON_VALUES)
    fuzz("altered results", strategy, lambda content: taken_up(tmp_path, content))


def test_any_run_file_gives_a_seed(tmp_path: Path) -> None:
    whole = b'{"seed": 1234}\n'

    def case(content: bytes) -> None:
        (tmp_path / "run.json").write_bytes(content)
        seed = run_seed(tmp_path, None, fresh=False)
        assert type(seed) is int and 0 <= seed < 2**63
        assert run_seed(tmp_path, None, fresh=False) == seed, "the seed that was drawn is kept"

    case(whole)
    case(b"[" * 100_000)
    anything = st.builds(lambda value: json.dumps({"seed": value}).encode(), JSON_VALUES)
    fuzz(
        "run files",
        damaged(whole) | anything | JSON_VALUES.map(lambda value: json.dumps(value).encode()),
        case,
    )
