"""The text of a failed check, and the mistakes that a check recognises by the returned value."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from vae.desk.language import Words

Cause = tuple[str, str]  # Korean, English

NOTHING = (
    "함수가 None을 돌려줍니다. 함수 끝에서 계산한 값을 return 하세요.",
    "The function returns None. At its end, return the value you computed.",
)


class Explanation(str):
    """The likely cause of a failed check, with all that is to be told in `fields`."""

    fields: dict[str, str | Words]


def explain(
    called: str | Words, returned: object, expected: object, cause: Cause, function: str = ""
) -> Explanation:
    """The text of a failed check: what was called, returned and expected, and the likely cause in Korean and English.

    `function` is to be edited, if it is not the task's own.
    """
    text = Explanation(Words(*cause))
    text.fields = {"called": called, "returned": short(returned), "expected": short(expected)}
    text.fields |= {"ko": cause[0], "en": cause[1], "function": function}
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

    Raises AssertionError with an explanation, also for values that are not finite.
    """
    expected = f"float32 {'0-dim tensor' if shape == () else shape}"
    kinds = {
        type(None): NOTHING,
        float: (
            "숫자가 아니라 텐서를 반환하세요 (.item()과 float()는 숫자를 만듭니다).",
            "Return the tensor, not a number (.item() and float() make numbers).",
        ),
        tuple: (
            "값 여러 개가 아니라 하나만 반환하세요. return 줄에 쉼표가 있으면 튜플이 됩니다.",
            "Return one value, not several. A comma in the return line makes a tuple.",
        ),
        list: (
            "리스트가 아니라 텐서 하나를 반환하세요 (torch.cat, torch.stack).",
            "Return one tensor, not a list (torch.cat, torch.stack).",
        ),
    }
    other = ("torch의 함수로 계산한 텐서를 반환하세요.", "Return a tensor, computed with torch's functions.")
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
        "float32 그대로 두세요 (numpy나 .double()을 쓰면 float64가 됩니다).",
        "Keep float32 (numpy and .double() make float64).",
    )
    allowed = (torch.float32, torch.float64) if shape == () else (torch.float32,)
    assert value.dtype in allowed, explain(called, str(value.dtype), expected, kept)
    infinite = (
        "inf나 nan이 나왔습니다. log, sqrt, 나눗셈을 확인하세요. log_var는 이미 로그이고, 0이나 음수일 수 있습니다.",
        "inf or nan came out: look for log, sqrt and division. log_var is a logarithm already and may be 0 or negative.",
    )
    assert torch.isfinite(value).all(), explain(called, value, Words("유한한 값", "finite values"), infinite)
    return value


def untouched(call: Callable[..., object], called: str, given: dict[str, Tensor]) -> object:
    """Make a call and return its value. Raises AssertionError if it changes an argument in place."""
    before = {each: argument.clone() for each, argument in given.items()}
    value = call(*given.values())
    for name, after in given.items():
        cause = (
            f"인자 {name}의 값을 직접 바꾸었습니다 (exp_처럼 이름이 _로 끝나는 함수, +=, {name}[...] = ). 새 텐서를 만드세요.",
            f"You changed the argument {name} in place (a function ending in _ like exp_, +=, {name}[...] = ). Make a new tensor.",
        )
        same = torch.equal(after, before[name])
        assert same, explain(called, f"{name} = {short(after)}", f"{name} = {short(before[name])}", cause)
    return value
