"""The four files as the grader will see them, and one hash over all of them. Given."""

from __future__ import annotations

import codecs
import hashlib
import io
import tokenize
from collections.abc import Mapping

FILE_BYTES = 1_000_000
ENCODINGS = ("utf", "ascii", "cp", "iso8859", "euc", "johab", "shift_jis", "big5", "gb", "koi8", "mac")


class Unusable(Exception):
    """The grader would count this file as missing. The arguments say why, in Korean and in English."""


def source(content: bytes) -> bytes:
    """A file's content as the grader reads it: UTF-16 becomes UTF-8, all else stays, line endings included.

    Raises:
        Unusable: the file is larger than 1 MB or not Python source text.
    """
    if len(content) > FILE_BYTES:
        raise Unusable("1 MB보다 큽니다. 파일을 줄이세요.", "It is larger than 1 MB. Make it smaller.")
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            content = content.decode("utf-16").encode("utf-8")
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        if b"\0" in content or not codecs.lookup(encoding).name.startswith(ENCODINGS):
            raise ValueError
        content.decode(encoding)
    except (SyntaxError, LookupError, ValueError) as error:
        raise Unusable(
            "UTF-8 텍스트가 아닙니다. 편집기에서 UTF-8로 저장하세요.",
            "It is not UTF-8 text. Save it as UTF-8 in your editor.",
        ) from error
    return content


def digest(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of all usable files together: the same as "digest" in the grader's result."""
    summed = hashlib.sha256()
    for name in sorted(files):
        summed.update(f"{name}\0{len(files[name])}\0".encode())
        summed.update(files[name])
    return summed.hexdigest()
