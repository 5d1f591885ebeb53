"""Single key presses without Enter, on Windows and elsewhere; none if there is no keyboard."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Callable, Iterator

try:
    import msvcrt
except ImportError:
    msvcrt = None
    import select
    import termios
    import tty

Wait = Callable[[float], str]


@contextlib.contextmanager
def keyboard() -> Iterator[Wait | None]:
    """A function that waits at most so many seconds for keys and returns them in lower case, or "" for none.

    None if standard input is not a terminal, as in a notebook. The terminal's settings are restored at the end.
    """
    if not sys.stdin or not sys.stdin.isatty():
        yield None
    elif msvcrt:
        yield _windows
    else:
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        try:
            tty.setcbreak(descriptor)  # Ctrl-C still interrupts
            yield _posix
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


# What a Korean keyboard in Hangul mode sends, and the letter on the same key.
HANGUL = dict(zip("ㅜㅗㅣㅂㅃㅔㅖㄱㄲㅁㅠㅊㅛ", "nhlqqpprrabcy", strict=True))

ARROWS = r"\x1b(\[[0-9;]*.|O.)?"  # what arrow and function keys send


def _posix(seconds: float) -> str:
    import os

    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    if not ready:
        return ""
    pressed = os.read(sys.stdin.fileno(), 32)  # past Python's buffer, which select does not know of
    if not pressed:
        return "q"  # the terminal is gone
    return _letters(re.sub(ARROWS, "", pressed.decode("utf-8", "replace")))


def _windows(seconds: float) -> str:
    until = time.monotonic() + seconds
    while not msvcrt.kbhit():
        if time.monotonic() >= until:
            return ""
        time.sleep(0.02)
    pressed = msvcrt.getwch()
    if pressed == "\x03":  # Ctrl-C arrives as a character here
        raise KeyboardInterrupt
    if pressed in "\x00\xe0":  # an arrow or function key comes as two
        msvcrt.getwch()
        return ""
    return _letters(pressed)


def _letters(pressed: str) -> str:
    return "".join(HANGUL.get(character, character.lower()) for character in pressed)
