"""Problems found by running the student's code: an exception, an endless loop, a process that died."""

from __future__ import annotations

import re
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from vae.desk import environment, failure_in_text, source
from vae.desk.failure import ERROR, SETUP, STUB, WRONG, Failure, say
from vae.desk.failure_in_text import of_syntax_error
from vae.desk.korean import with_particle
from vae.desk.tasks import BY_ID, FILES, TASKS, VAE, Task, Words

LONGEST = 300  # characters of an exception's text

# The first pattern found in "Type: text" names the cause.
CAUSES = (
    (
        r"got an unexpected keyword|takes \d+ positional|missing \d+ required",
        "매개변수의 이름, 순서, 개수가 처음과 같은가요? 다른 함수를 호출할 때 넘긴 인자도 확인하세요.",
        "Are the names, order and number of the parameters still as given? Check the arguments of your own calls, too.",
    ),
    (
        r"NameError|UnboundLocalError|NotImplementedError: name",
        "이름에 오타가 있거나, 값을 넣기 전에 썼거나, import가 빠졌습니다.",
        "A name is misspelt, used before it has a value, or was never imported.",
    ),
    (
        r"'(function|method|builtin_function_or_method)'",
        "함수를 호출하지 않고 이름만 썼습니다. 괄호와 인자를 붙이세요: f(...).",
        "You forgot the parentheses. Call the function with its arguments: f(...).",
    ),
    (
        r"'(list|tuple)' object has no attribute",
        "여러 값이 튜플이나 리스트로 묶여 있습니다. loader는 (images, labels)를, encode는 (mu, log_var)를 돌려줍니다. 변수 여러 개로 나누어 받으세요.",
        "This is several values in one: the loader yields (images, labels), encode returns (mu, log_var). Unpack them.",
    ),
    (
        r"only one element tensors|only length-1 arrays|can be converted to Python scalars",
        "math의 함수는 숫자 하나만 받습니다. 텐서에는 torch의 함수를 쓰세요 (math.exp가 아니라 torch.exp).",
        "The math module works on single numbers. For tensors use torch (torch.exp, not math.exp).",
    ),
    (
        r"'NoneType' object|NoneType",
        "값 하나가 None입니다. 그 값을 만든 함수에 return이 있나요?",
        "A value is None. Does the function that made it have a return?",
    ),
    (
        r"between 0 and 1|all elements of (input|target)",
        "이진 교차 엔트로피의 인자 순서를 확인하세요. 예측(확률)이 먼저, 타깃(원래 이미지)이 다음입니다.",
        "Check the order of binary cross-entropy's arguments: the prediction (probabilities) first, then the image.",
    ),
    (
        r"target size|must match the size|size of tensor|shapes? cannot be (multiplied|broadcast)|mat1 and mat2|is invalid for input",
        "모양이 다른 텐서를 함께 계산했습니다. 위의 두 모양을 비교하고, 배치 크기를 숫자로 고정하지 않았는지 확인하세요 (N은 1일 수도 있습니다).",
        "You combined tensors of different shapes. Compare the shapes above. Don't hard-code the batch size (N may be 1).",
    ),
    (
        r"does not require grad",
        "기울기가 흐르는 경로가 끊겼습니다. 코드에 detach, .item(), .data, no_grad, torch.tensor(...)가 있는지 찾아보세요.",
        "Something cuts the path of the gradient: look for detach, .item(), .data, no_grad, torch.tensor(...).",
    ),
    (
        r"backward through the graph a second time",
        "같은 손실에 backward를 두 번 호출했거나, 이전 배치의 텐서를 더해 두고 다시 썼습니다. 손실은 숫자(.item())로 더해 두세요.",
        "backward ran twice on one loss, or tensors of earlier batches were kept. Add up numbers (.item()) instead.",
    ),
    (
        r"inplace operation|in-place operation|leaf [Vv]ariable",
        "인자로 받은 텐서나 기울기 계산에 필요한 텐서의 값을 직접 바꾸었습니다 (+=, 이름이 _로 끝나는 함수, x[...] = ). 새 텐서를 만드세요. "
        "학습 코드라면 순서는 zero_grad, backward, step입니다.",
        "You changed a tensor in place: an argument, or one that the gradient needs (+=, a function ending in _, "
        "x[...] = ). Make a new tensor. In training the order is zero_grad, backward, step.",
    ),
    (
        r"Can't call numpy\(\)",
        "기울기를 추적하는 텐서는 numpy로 바꿀 수 없습니다. torch의 함수로 계산하세요.",
        "A tensor that tracks gradients can't be converted to numpy. Compute with torch's functions.",
    ),
    (
        r"must be Tensor, not|expected Tensor|not (int|float|list)|can't be cast|has no attribute '(backward|shape|view|exp|item|dim)'",
        "텐서가 필요한 곳에 숫자나 리스트가 있습니다. math가 아니라 torch의 함수를 쓰세요.",
        "There is a number or a list where a tensor is needed. Use functions from torch, not from math.",
    ),
    (
        r"same device|device type|Expected all tensors",
        "텐서들이 서로 다른 장치에 있습니다. 텐서를 새로 만들 때 device를 지정하세요.",
        "The tensors are on different devices. Pass `device` when you create a tensor.",
    ),
    (
        r"expected scalar type|dtype|Double but|Float but",
        "텐서들의 dtype이 다릅니다. float32로 맞추세요 (numpy를 거치면 float64가 됩니다).",
        "The dtypes differ. Use float32 throughout (numpy makes float64).",
    ),
    (r"RecursionError", "함수가 자기 자신을 호출합니다.", "The function calls itself."),
    (
        r"SystemExit|KeyboardInterrupt",
        "exit()나 quit()을 지우세요. 함수는 값을 return 하면 됩니다.",
        "Remove exit() or quit(). A function only has to return its value.",
    ),
    (
        r"ZeroDivisionError",
        "0으로 나누었습니다. 나누는 값을 확인하세요.",
        "You divided by 0. Check the divisor.",
    ),
    (
        r"has no attribute",
        "점 뒤의 이름에 오타가 있나요? 점 앞에 있는 값의 타입(type)을 print로 확인하세요.",
        "Is the name after the dot misspelt? Print the type of the value before the dot.",
    ),
    (
        r"cannot import name",
        "그 파일에서 함수 이름을 바꾸거나 지웠나요? 이름은 처음 그대로 두어야 합니다.",
        "Was that function renamed or deleted in its file? Keep the names as given.",
    ),
    (
        r"No module named",
        "import할 수 있는 것은 Python 표준 라이브러리, torch, torchvision, numpy, matplotlib, scikit-learn, tqdm입니다.",
        "You may import Python's standard library, torch, torchvision, numpy, matplotlib, scikit-learn and tqdm.",
    ),
)
OTHERWISE = Words(
    "아래 줄에서 오류가 났습니다. 그 줄에 쓰인 값을 print로 확인하세요.",
    "The error comes from the line below. Print the values on that line.",
)


def describe(error: BaseException, task: str = "", title: str = "", file: str = "") -> Failure:
    """The failure that describes an exception raised in a check.

    Args:
        error: what the check or the student's code raised; in a chain the first one matters.
        task: the id of the checked task; "" if a file of checks could not be loaded.
        title: the check's docstring, "English. / Korean."
        file: the student's file to name if neither task nor traceback names one.
    """
    if isinstance(error, NotImplementedError):
        stub = source.task_of_stub(str(error))
        if stub:
            return _stub(stub, task)
    fields = getattr(error.args[0], "fields", None) if error.args else None
    if isinstance(error, AssertionError) and fields:
        return _wrong(fields, BY_ID[task], title)
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_file():
        path = Path(error.filename)
        unreadable = failure_in_text.unreadable(path, task) if path.parent == VAE else None
        return unreadable or of_syntax_error(error, source.shown(path), task)
    return environment.of_error(error) or _raised(error, task, title, file)


def endless(task: Task, seconds: int) -> Failure:
    """The failure of a task whose checks did not end within so many seconds."""
    what = Words(
        f"{seconds}초가 지나도 끝나지 않아 중단했습니다.",
        f"Stopped after {seconds} seconds without an answer.",
    )
    cause = Words(
        "끝나지 않는 반복문(while)이나 입력을 기다리는 코드가 있나요? 이 파일에서 찾아보세요.",
        "Does this file have a loop that never ends (while), or code that waits for input?",
    )
    return Failure(ERROR, task.id, what, cause, task.call, **source.own_lines(task))


def died(task: Task, words: str) -> Failure:
    """The failure of a task whose process died; `words` is the last line that it wrote to standard error."""
    if "Error" in words and "vae" not in words:
        return unknown(task, words)
    what = Words("검사 도중에 Python이 종료되었습니다.", "Python ended during the check.")
    cause = Words(
        "메모리를 너무 많이 쓰거나 os._exit를 호출하는 코드가 있나요? 이 파일에서 찾아보세요.",
        "Does the code in this file use too much memory, or call os._exit?",
    )
    return Failure(ERROR, task.id, what, cause, task.call, returned=words, **source.own_lines(task))


def unknown(task: Task, words: str) -> Failure:
    """The failure of checks that could not start, which is not the student's fault."""
    what = Words("검사를 시작하지 못했습니다.", "The checks could not start.")
    cause = Words(
        "python -m pytest를 실행하고, 나온 내용을 교수자에게 보여 주세요.",
        "Run python -m pytest and show its output to your instructor.",
    )
    return Failure(SETUP, task.id, what, cause, returned=words)


def told(error: BaseException, task: str = "") -> int:
    """Print what the student's code raised, where, why, and which check to run. Returns 1.

    `task` is the id to name if the traceback passes through no task's function.
    """
    task = _task(error) or task
    print(describe(error, task), file=sys.stderr)
    check = f"python -m vae check {task}".rstrip()
    return say(f"더 자세히: {check}", f"For details: {check}")


def _stub(stub: Task, task: str) -> Failure:
    """The failure of a check that reached a stub: the checked task's own, or another one that it needs."""
    failure = failure_in_text.unwritten(stub) or Failure(
        STUB, stub.id, Words("아직 작성하지 않았습니다.", "It is not written yet."), stub.todo, file=stub.name
    )
    if stub.id == task or not task:
        return failure
    needed = Words(
        f"이 검사에는 과제 {stub.id}의 {stub.function}도 필요합니다. 먼저 작성하세요.",
        f"This check also needs task {stub.id}, {stub.function}. Write that first.",
    )
    command = f"python -m vae check {stub.id}"
    return replace(
        failure,
        kind=STUB,
        task=task,
        what=needed,
        cause=Words(command, command),
        returned="NotImplementedError",
        expected="",
    )


def _wrong(fields: dict[str, str], task: Task, title: str) -> Failure:
    english, _, korean = title.partition(" / ")
    return Failure(
        WRONG,
        task.id,
        Words(korean or english, english),
        Words(fields["ko"], fields["en"]),
        called=fields["called"],
        returned=fields["returned"],
        expected=fields["expected"],
        **source.own_lines(task),
    )


def _raised(error: BaseException, task: str, title: str, file: str) -> Failure:
    text = f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST]
    cause = next((Words(ko, en) for pattern, ko, en in CAUSES if re.search(pattern, text)), OTHERWISE)
    about = BY_ID.get(task)
    changed = source.changed_parameters(about) if about else ""
    if changed:
        cause = Words(
            f"매개변수가 처음과 다릅니다. 이름과 순서를 되돌리세요: {changed}",
            f"The parameters are not as given. Restore their names and order: {changed}",
        )
    where, called = _place(error)
    if called:
        cause = Words(
            f"이 줄에서 호출한 {called.function} 안에서 오류가 났습니다. python -m vae check {called.id}가 통과하면 이 줄의 인자를 확인하세요.",
            f"{called.function}, called on this line, raised the error. If python -m vae check {called.id} passes, check this line's arguments.",
        )
    if not where:
        where = source.own_lines(about) if about else {"file": file or _imported(error)}
    name = where["file"]
    what = Words(
        f"{with_particle(name or '코드', '을/를')} 실행하다 오류가 났습니다.",
        f"Running {name or 'the code'} raised an error.",
    )
    english, _, korean = title.partition(" / ")
    return Failure(
        ERROR,
        task,
        what,
        cause,
        called=about.call if about else f"import {name}",
        returned=text,
        expected=Words(korean or english, english),
        **where,
    )


def _place(error: BaseException) -> tuple[dict[str, Any], Task | None]:
    """The student's innermost line, with its text, and None.

    If one task's function called another's, either may be at fault: then the line of the call, without its text, and
    the called task. A name that is not known is the fault of its own line all the same.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if source.is_students(Path(frame.filename), frame.line or "")]
    if not own:
        return {}, None
    passed = [(frame, task) for frame in own for task in TASKS if _is_in(frame, task)]
    calls = [(frame, task) for frame, task in passed if task is not passed[-1][1]]
    if calls and not isinstance(error, (NameError, ImportError)):
        (frame, caller), called = calls[-1], passed[-1][1]
        where = {"file": caller.name, "line": frame.lineno, "last": frame.lineno, "function": caller.function}
        return where, called
    frame = own[-1]
    return {"file": source.shown(Path(frame.filename)), "line": frame.lineno, "source": frame.line}, None


def _imported(error: BaseException) -> str:
    """The student's file that lacks an imported name, else the one that was running; "" if there is none."""
    paths = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    paths += [getattr(error, "path", None) or ""]
    names = [source.shown(path) for path in map(Path, paths) if path.parent == VAE and path.name in FILES]
    return names[-1] if names else ""


def _task(error: BaseException) -> str:
    """The id of the task whose function the exception passed through, the innermost one; "" if there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((task.id for frame in reversed(frames) for task in TASKS if _is_in(frame, task)), "")


def _is_in(frame: traceback.FrameSummary, task: Task) -> bool:
    path = Path(frame.filename)
    return frame.name == task.function and path.name == task.file and path.resolve().parent == VAE
