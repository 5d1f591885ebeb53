"""What is wrong with the student's code, found when it runs: an exception, a loop without end, a process that is gone."""

from __future__ import annotations

import re
import sys
import traceback
from dataclasses import replace
from pathlib import Path

from vae.desk import environment, failure_in_text, source
from vae.desk.failure import ERROR, SETUP, STUB, WRONG, Failure, say
from vae.desk.failure_in_text import of_syntax_error
from vae.desk.tasks import BY_ID, FILES, HANDOUT, TASKS, VAE, Task, Words

LONGEST = 300  # characters of an exception's text

# The first pattern found in "Type: text" names the cause.
CAUSES = (
    (
        r"got an unexpected keyword|takes \d+ positional|missing \d+ required",
        "매개변수의 이름, 순서, 개수가 처음과 같은가요? 다른 함수를 부를 때 넘긴 인자도 보세요.",
        "Are the parameters' names, order and number as they were given? Look at the arguments of your own calls, too.",
    ),
    (
        r"NameError|UnboundLocalError|NotImplementedError: name",
        "이름에 오타가 있거나, 값을 넣기 전에 썼거나, import가 빠졌습니다.",
        "A name is misspelt, used before it has a value, or not imported.",
    ),
    (
        r"'(function|method|builtin_function_or_method)'",
        "함수를 부르지 않고 이름만 썼습니다. 괄호와 인자를 붙이세요: f(...).",
        "A function stands there without its brackets. Call it with its arguments: f(...).",
    ),
    (
        r"'(list|tuple)' object has no attribute",
        "값 여러 개가 묶여 있습니다. loader는 (images, labels)를, encode는 (mu, log_var)를 줍니다. 풀어서 받으세요.",
        "Several values come together: the loader gives pairs (images, labels), encode gives (mu, log_var). Unpack them.",
    ),
    (
        r"only one element tensors|only length-1 arrays|can be converted to Python scalars",
        "math의 함수는 숫자 하나만 받습니다. 텐서에는 torch의 함수를 쓰세요 (math.exp가 아니라 torch.exp).",
        "Functions of math take one number. For tensors use torch's (torch.exp, not math.exp).",
    ),
    (
        r"'NoneType' object|NoneType",
        "어떤 값이 None입니다. 값을 만든 함수에 return이 있나요?",
        "Some value is None. Has the function that made it a return?",
    ),
    (
        r"between 0 and 1|all elements of (input|target)",
        "이진 교차 엔트로피의 인자 순서를 보세요: 예측(확률)이 먼저, 정답 이미지가 다음입니다.",
        "Mind the order of binary cross-entropy's arguments: the prediction (probabilities) first, then the image.",
    ),
    (
        r"target size|must match the size|size of tensor|shapes? cannot be (multiplied|broadcast)|mat1 and mat2|is invalid for input",
        "모양이 다른 텐서를 함께 썼습니다. 위의 두 모양을 비교하고, 배치 크기를 숫자로 고정하지 않았는지 보세요 (N은 1일 수도 있습니다).",
        "Tensors of different shapes meet. Compare the shapes above, and fix no batch size as a number (N may be 1).",
    ),
    (
        r"does not require grad",
        "backward로 가는 길이 끊겼습니다: detach, .item(), .data, no_grad, torch.tensor(...)를 찾아보세요.",
        "The way back for the gradient is cut: look for detach, .item(), .data, no_grad, torch.tensor(...).",
    ),
    (
        r"backward through the graph a second time",
        "같은 손실에 backward를 두 번 불렀거나, 지난 배치의 텐서를 더해 두고 썼습니다. 기록은 숫자(.item())로 하세요.",
        "backward was called twice on one loss, or tensors of earlier batches were kept. Keep numbers (.item()) instead.",
    ),
    (
        r"inplace operation|in-place operation|leaf [Vv]ariable",
        "넘겨받은 텐서나 기울기에 필요한 텐서를 그 자리에서 바꾸었습니다 (+=, 끝에 _가 붙은 함수, x[...] = ). 새 텐서를 만드세요. "
        "학습이라면 순서는 zero_grad, backward, step입니다.",
        "A tensor that was handed in, or that the gradient needs, is changed in place (+=, a function ending in _, "
        "x[...] = ). Make a new one. In training the order is zero_grad, backward, step.",
    ),
    (
        r"Can't call numpy\(\)",
        "기울기가 있는 텐서는 numpy로 바꿀 수 없습니다. torch의 함수로 계산하세요.",
        "A tensor with a gradient can't become numpy. Compute with torch's functions.",
    ),
    (
        r"must be Tensor, not|expected Tensor|not (int|float|list)|can't be cast|has no attribute '(backward|shape|view|exp|item|dim)'",
        "텐서가 필요한 곳에 숫자나 리스트가 있습니다. math가 아니라 torch의 함수를 쓰세요.",
        "There is a number or a list where a tensor is needed. Use torch's functions, not those of math.",
    ),
    (
        r"same device|device type|Expected all tensors",
        "텐서들이 서로 다른 장치에 있습니다. 새로 만드는 텐서에 device를 주세요.",
        "Tensors lie on different devices. Give `device` where you make a new one.",
    ),
    (
        r"expected scalar type|dtype|Double but|Float but",
        "dtype이 다릅니다. float32로 맞추세요 (numpy와 Python 숫자에서 float64가 옵니다).",
        "The dtypes differ. Stay with float32 (numpy brings float64 in).",
    ),
    (r"RecursionError", "함수가 자기 자신을 부릅니다.", "The function calls itself."),
    (
        r"SystemExit|KeyboardInterrupt",
        "exit()이나 quit()을 지우세요. 함수는 값을 return 하면 됩니다.",
        "Remove exit() or quit(): a function returns its value.",
    ),
    (r"ZeroDivisionError", "무엇으로 나누나요? 그 값이 0입니다.", "What do you divide by? It is 0."),
    (
        r"has no attribute",
        "점 뒤의 이름에 오타가 있나요? 그 값의 종류(type)를 print로 확인하세요.",
        "Is the name after the dot misspelt? Print the value's type.",
    ),
    (
        r"cannot import name",
        "그 파일에서 함수 이름을 바꾸거나 지웠나요? 이름은 처음 그대로 두어야 합니다.",
        "Was that function renamed or deleted in its file? Names have to stay as they were given.",
    ),
    (
        r"No module named",
        "쓸 수 있는 것: Python 표준 라이브러리, torch, torchvision, numpy, matplotlib, scikit-learn, tqdm.",
        "What may be imported: Python's standard library, torch, torchvision, numpy, matplotlib, scikit-learn, tqdm.",
    ),
)
OTHERWISE = Words(
    "아래 줄에서 오류가 났습니다. 그 줄의 값들을 print로 확인하세요.",
    "The line below raised it. Print the values on that line and look at them.",
)


def describe(error: BaseException, task: str = "", title: str = "", file: str = "") -> Failure:
    """The failure that an exception of a check stands for.

    Args:
        error: what the check or the student's code raised; of a chain the first is what matters.
        task: the id of the checked task, "" where a file of checks could not even be loaded.
        title: the check's docstring, "English. / Korean."
        file: the student's file to name where neither task nor traceback names one.
    """
    if isinstance(error, NotImplementedError):
        stub = source.task_of_stub(str(error))
        if stub:
            return _stub(stub, task)
    fields = getattr(error.args[0], "fields", None) if error.args else None
    if isinstance(error, AssertionError) and fields:
        return _wrong(fields, BY_ID[task], title)
    path, line = _own_line(error)
    if isinstance(error, SyntaxError) and error.filename:
        path, line = Path(error.filename), error.lineno or 0
        if path.parent == VAE:
            return failure_in_text.unreadable(path, task) or of_syntax_error(error, source.shown(path), task)
    machine = environment.of_error(error)
    if machine:
        return machine
    return _raised(error, task, title, source.shown(path) if path else file, line)


def endless(task: Task, seconds: int) -> Failure:
    """The checks of this task did not end within so many seconds."""
    line, text = source.first_line(task)
    what = Words(
        f"{seconds}초가 지나도 끝나지 않아 멈추었습니다.",
        f"Stopped: there is no answer after {seconds} seconds.",
    )
    cause = Words(
        "끝나지 않는 반복문(while)이 있거나 입력을 기다리나요? 이 파일에서 찾아보세요.",
        "Is there a loop that never ends (while), or does it wait for input? Look for it in this file.",
    )
    return Failure(ERROR, task.id, what, cause, task.call, file=task.name, line=line, source=text)


def died(task: Task, words: str) -> Failure:
    """The process was gone; `words` is the last line that it wrote to standard error."""
    if "Error" in words and "vae" not in words:
        return unknown(task, words)
    line, text = source.first_line(task)
    what = Words("Python이 도중에 꺼졌습니다.", "Python stopped in the middle.")
    cause = Words(
        "메모리를 너무 많이 쓰거나 os._exit를 부르나요? 이 파일에서 찾아보세요.",
        "Does the code use too much memory, or call os._exit? Look for it in this file.",
    )
    return Failure(
        ERROR, task.id, what, cause, task.call, returned=words, file=task.name, line=line, source=text
    )


def unknown(task: Task, words: str) -> Failure:
    """The fault is not the student's."""
    what = Words("검사를 시작하지 못했습니다.", "The checks could not start.")
    cause = Words(
        "python -m pytest를 실행해 나오는 내용을 강사에게 보여 주세요.",
        "Run python -m pytest and show what it says to your instructors.",
    )
    return Failure(SETUP, task.id, what, cause, returned=words)


def told(error: BaseException, task: str = "") -> int:
    """Say what the student's code raised, where, why, and which check helps. Returns 1.

    `task` is the one to name where the traceback leads through none.
    """
    task = _task(error) or task
    print(describe(error, task), file=sys.stderr)
    check = f"python -m vae check {task}".rstrip()
    return say(f"더 자세히: {check}", f"To find out more: {check}")


def _stub(stub: Task, task: str) -> Failure:
    """A stub was reached: the checked task's own, or another one that the check needs."""
    failure = failure_in_text.unwritten(stub) or Failure(
        STUB, stub.id, Words("아직 작성되지 않았습니다.", "It is not written yet."), stub.todo, file=stub.name
    )
    if stub.id == task or not task:
        return failure
    needed = Words(
        f"이 검사에는 과제 {stub.id}의 {stub.function}도 필요합니다. 먼저 작성하세요.",
        f"This check needs task {stub.id}, {stub.function}, too. Write that first.",
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
    line, text = source.first_line(task)
    english, _, korean = title.partition(" / ")
    return Failure(
        WRONG,
        task.id,
        Words(korean or english, english),
        Words(fields["ko"], fields["en"]),
        called=fields["called"],
        returned=fields["returned"],
        expected=fields["expected"],
        file=task.name,
        line=line,
        source=text,
    )


def _raised(error: BaseException, task: str, title: str, file: str, line: int) -> Failure:
    text = f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST]
    cause = next((Words(ko, en) for pattern, ko, en in CAUSES if re.search(pattern, text)), OTHERWISE)
    about = BY_ID.get(task)
    changed = source.changed_parameters(about) if about else ""
    if changed:
        cause = Words(
            f"매개변수가 처음과 다릅니다: {changed}. 이름과 순서를 되돌리세요.",
            f"The parameters are not as they were given: {changed}. Put their names and order back.",
        )
    if about and not line:
        file, (line, _) = about.name, source.first_line(about)
    what = Words(
        f"{file or '코드'}을(를) 실행하다 오류가 났습니다.", f"Running {file or 'the code'} raised an error."
    )
    english, _, _ = title.partition(" / ")
    return Failure(
        ERROR,
        task,
        what,
        cause,
        called=about.call if about else f"import {file}",
        returned=text,
        expected=english,
        file=file,
        line=line,
        source=source.line_at(HANDOUT / file, line) if file and line else "",
    )


def _own_line(error: BaseException) -> tuple[Path | None, int]:
    """The last line of the traceback that lies in one of the four files."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.name in FILES and path.parent == VAE:
            return path, frame.lineno or 0
    return None, 0


def _task(error: BaseException) -> str:
    """The task whose function the exception came through, the innermost one; "" where there is none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        for task in TASKS:
            if frame.name == task.function and path.name == task.file and path.resolve().parent == VAE:
                return task.id
    return ""
