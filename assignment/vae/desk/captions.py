"""The words in pictures: in the desk's language, but English if this machine has no font for Hangul. Given."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

import matplotlib
from matplotlib import font_manager

from vae.desk.language import text

# What Windows, macOS and Linux bring along; the first one that is there is taken.
HANGUL_FONTS = (
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "NanumGothic",
    "NanumBarunGothic",
    "Noto Sans KR",
    "Noto Sans CJK KR",
    "Noto Sans CJK JP",  # one file with all of CJK; matplotlib knows it by its first name
    "UnDotum",
    "Baekmuk Dotum",
)

P, R = ParamSpec("P"), TypeVar("R")


@functools.cache
def hangul_font() -> str | None:
    """A font of this machine that can draw Hangul; None if there is none."""
    files = {font.name: font.fname for font in font_manager.fontManager.ttflist}
    for name in HANGUL_FONTS:
        with suppress(OSError, RuntimeError):  # the font was removed, or its file is broken
            if name in files and font_manager.get_font(files[name]).get_char_index(ord("가")):
                return name
    return None


def caption(korean: str, english: str) -> str:
    """The one of the two that is shown; English if Hangul can't be drawn."""
    return text(korean, english) if hangul_font() else english


def captioned(draw: Callable[P, R]) -> Callable[P, R]:
    """Let a function that draws use the font for Hangul; matplotlib's settings are the same again afterwards."""

    @functools.wraps(draw)
    def with_font(*args: P.args, **kwargs: P.kwargs) -> R:
        family, hangul = list(matplotlib.rcParams["font.family"]), hangul_font()
        if hangul and hangul not in family:
            family.append(hangul)  # for the letters that the fonts before it lack
        with matplotlib.rc_context({"font.family": family}):
            return draw(*args, **kwargs)

    return with_font
