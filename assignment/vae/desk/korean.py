"""Korean particles, which depend on how the word before them ends: `loss_function`을, but `vae/model.py`를."""

from __future__ import annotations

import re

CONSONANT, RIEUL = "consonant", "rieul"  # how a word ends; "" for a vowel
DIGITS = dict(zip("0123678", (CONSONANT, RIEUL, "", CONSONANT, CONSONANT, RIEUL, RIEUL), strict=True))
LETTERS = {"l": RIEUL, "r": RIEUL, "m": CONSONANT, "n": CONSONANT}  # 엘, 알, 엠, 엔
READ = {"check": "", "epoch": CONSONANT, "type": CONSONANT}  # 체크, 에폭, 타입: against the rules below


def with_particle(word: str, pair: str) -> str:
    """The word and the particle that fits it.

    Args:
        word: a name in Hangul or Latin letters, a file name, or a version.
        pair: "을/를", "이/가", "은/는", "과/와" or "으로/로": the form after a consonant, then the one after a vowel.
    """
    after_consonant, after_vowel = pair.split("/")
    sound = _final_sound(word)
    if not sound or (sound == RIEUL and after_vowel == "로"):  # 모델로, not 모델으로
        return word + after_vowel
    return word + after_consonant


def _final_sound(word: str) -> str:
    """How a word ends when a Korean reads it aloud. Closing quotes and brackets are not read."""
    last = (re.findall(r"[a-z]+|\d|[가-힣]", word.lower()) or [""])[-1]
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return RIEUL if final == 8 else CONSONANT if final else ""
    if last.isdigit():
        return DIGITS.get(last, "")
    if last in READ:
        return READ[last]
    if not re.search("[aeiou]", last):  # an abbreviation such as py, txt, KL: letter by letter
        return LETTERS.get(last[-1:], "")
    if re.search("le?$", last):  # 모델, 샘플, 파일
        return RIEUL
    if re.search("((m|n)e?|ng|(^|[^aeiou])[aeiou](b|ck?|k|p|t))$", last):  # 펑션, 네임, 스텝, 리셋
        return CONSONANT
    return ""
