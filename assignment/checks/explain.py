"""The text of a failed check, and the mistakes that a check recognises by the returned value."""

from collections.abc import Mapping

import torch
from torch import Tensor

from vae.desk.language import Words

Cause = tuple[str, str]  # Korean, English


class Explanation(str):
    """The likely cause of a failed check, with all that is to be told in `fields`."""

    fields: dict[str, str | Words]


def explain(called: str | Words, returned: object, expected: object, cause: Cause) -> Explanation:
    """The text of a failed check: what was called, returned and expected, and the likely cause in Korean and English."""
    text = Explanation(Words(*cause))
    text.fields = {"called": called, "returned": short(returned), "expected": short(expected)}
    text.fields |= {"ko": cause[0], "en": cause[1]}
    return text


def short(value: object) -> str | Words:
    """A value in one line; for a large tensor, its shape and first numbers."""
    if isinstance(value, Words):
        return value
    if not isinstance(value, Tensor):
        return str(value)
    numbers = [f"{number:.6g}" for number in value.detach().flatten()[:6].tolist()]
    if value.dim() == 0:
        return numbers[0]
    more = ", ..." if value.numel() > len(numbers) else ""
    return f"{tuple(value.shape)}: [{', '.join(numbers)}{more}]"


def named(value: object) -> str:
    """The type of a value that is not what was asked for, and its first characters."""
    return "None" if value is None else f"{type(value).__name__}: {' '.join(str(value).split())[:80]}"


def likely(value: object, mistakes: Mapping[Cause, object], otherwise: Cause) -> Cause:
    """The mistake that gives exactly this value, else `otherwise`."""
    if isinstance(value, (Tensor, float)):
        value = torch.as_tensor(value).detach()
        for cause, wrong in mistakes.items():
            wrong = torch.as_tensor(wrong, dtype=value.dtype)
            if wrong.shape == value.shape and torch.allclose(value, wrong, rtol=1e-4, atol=1e-4):
                return cause
    return otherwise


def tensor(value: object, shape: tuple[int, ...], called: str, cause: Cause | None = None) -> Tensor:
    """Return the value if it is a float32 tensor of this shape; a loss may also be float64.

    Raises AssertionError with an explanation.
    """
    expected = f"float32 {'0-dim tensor' if shape == () else shape}"
    kinds = {
        type(None): (
            "return이 없습니다. 계산한 값을 return 하세요.",
            "There is no return. Return the value you computed.",
        ),
        float: (
            "숫자가 아니라 텐서를 반환하세요 (.item()을 빼세요).",
            "Return the tensor, not a number (leave out .item()).",
        ),
        tuple: (
            "값을 하나만 반환하세요. return 줄에 쉼표가 남아 있나요?",
            "Return only one value. Is there a comma too many in the return line?",
        ),
        list: ("리스트가 아니라 텐서 하나를 반환하세요.", "Return one tensor, not a list."),
    }
    other = (
        "텐서를 반환하세요. numpy를 거치지 말고 torch의 함수로 계산하세요.",
        "Return a tensor. Compute with torch, not with numpy.",
    )
    returned = named(value)
    assert isinstance(value, Tensor), explain(called, returned, expected, kinds.get(type(value), other))
    unsummed = (
        "모든 차원에 대해 sum을 구해 숫자 하나(0차원 텐서)로 만드세요.",
        "Sum over all dimensions, down to one number (a 0-dim tensor).",
    )
    general = ("반환한 텐서의 모양을 확인하세요.", "Check the shape of the tensor you return.")
    assert value.shape == shape, explain(
        called, f"shape {tuple(value.shape)}", expected, cause or (unsummed if shape == () else general)
    )
    kept = (
        "dtype을 바꾸지 마세요. numpy를 거치면 float64가 됩니다.",
        "Keep the dtype: numpy turns it into float64.",
    )
    allowed = (torch.float32, torch.float64) if shape == () else (torch.float32,)
    assert value.dtype in allowed, explain(called, str(value.dtype), expected, kept)
    return value
