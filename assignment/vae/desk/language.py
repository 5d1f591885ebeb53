"""Which language is shown, Korean or English: the one that --lang names, which is remembered, else the system's. Given.

Where the output has no letters for Hangul, it is English.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

from vae.desk import memory

LANGUAGES = ("ko", "en")
WINDOWS_KOREAN = 0x12  # in the lower ten bits of the number that Windows has for a language
# Python's own words, of which argparse has only the English ones.
USAGE = {
    "usage: ": "사용법: ",
    "options": "옵션",
    "positional arguments": "인자",
    "show this help message and exit": "이 도움말 보기",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "unrecognized arguments: %s": "알 수 없는 인자입니다: %s",
    "the following arguments are required: %s": "빠진 인자가 있습니다: %s",
    "expected one argument": "뒤에 값을 하나 쓰세요.",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r 대신 이 중 하나를 쓰세요: %(choices)s",
    "invalid %(type)s value: %(value)r": "%(value)r 대신 수를 쓰세요.",
}

_named = ""  # the language that the command line names


class Words(NamedTuple):
    """One text in Korean and in English; printed, it is in the language that is shown."""

    ko: str
    en: str

    def __str__(self) -> str:
        return self.ko if korean() else self.en


def text(korean: str, english: str) -> str:
    """The one of the two that is shown."""
    return str(Words(korean, english))


def korean() -> bool:
    """Whether the desk shows Korean."""
    # pytest puts another stream in the place of the one on which it prints.
    stream = sys.__stdout__ if "pytest" in sys.modules else sys.stdout
    try:
        "한".encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    chosen = _named or memory.recall().get("lang")
    return chosen == "ko" if chosen in LANGUAGES else _of_the_system()


def choose(arguments: Sequence[str]) -> None:
    """Use and remember the language that the command line names, if it does; for argparse's own words, too."""
    global _named
    for _named in re.findall(r"--la\w*[ =](ko|en)\b", " ".join(arguments)):
        memory.keep("lang", _named)
    if korean():
        argparse._ = lambda text: USAGE.get(text, text)


def _of_the_system() -> bool:
    """Whether the system speaks Korean, as far as it tells."""
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if sys.platform == "win32" and not named:
        import ctypes

        return ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == WINDOWS_KOREAN
    return named.lower().startswith("ko")
