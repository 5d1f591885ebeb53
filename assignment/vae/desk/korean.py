"""Korean particles, which depend on how the word before them ends: `loss_function`을, but `vae/model.py`를."""

from vae.desk.measured.particles import last_sound


def with_particle(word: str, pair: str) -> str:
    """The word and the particle that fits it.

    Args:
        word: a name in Hangul or Latin letters, a file name, or a version.
        pair: "을/를", "이/가", "은/는", "과/와" or "으로/로": the form after a consonant, then the one after a vowel.
    """
    after_consonant, after_vowel = pair.split("/")
    sound = last_sound(word)
    if not sound or (sound == "L" and after_vowel == "로"):  # 모델로, not 모델으로
        return word + after_vowel
    return word + after_consonant
