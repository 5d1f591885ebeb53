"""Problems found by running the student's code: an exception, an endless loop, a process that died."""

from __future__ import annotations

import sys
from pathlib import Path

from vae.desk import environment, failure_in_text, source
from vae.desk.failure import ERROR, SETUP, STUB, WRONG, Failure, say
from vae.desk.failure_in_text import cause_of, of_syntax_error
from vae.desk.korean import with_particle
from vae.desk.tasks import BY_ID, FILES, VAE, Task, Words, in_threes

LONGEST = 300  # characters of an exception's text

# The first pattern found in "Type: text" names the cause, in Korean and in English; \1 is its first group.
CAUSES = in_threes(r"""
MemoryError|OutOfMemory|can't allocate|Tried to allocate|not enough memory
    메모리에 들어가지 않을 만큼 큰 텐서를 만들었습니다. 모양 (N, 1)과 (N,)을 함께 계산하면 (N, N)이 됩니다. 이 줄의 .shape를 print로 확인하세요.
    A tensor is too large for the memory. Shapes (N, 1) and (N,) combine to (N, N), for example. Print each .shape on this line.
reading from stdin|EOFError
    input()을 지우고 함수의 인자를 쓰세요. 검사와 채점에서는 키보드로 입력할 수 없습니다.
    Remove input() and use the function's arguments. Nobody types anything during checks and grading.
(\w+)\(\) (?:got an unexpected|got multiple|takes|missing \d|received an invalid)
    \1 함수에 넘긴 인자의 이름, 순서, 개수가 맞지 않습니다. 그 함수의 def 줄이나 문서와 비교하세요.
    The arguments given to \1 don't fit. Compare their names, order and number with its def line or documentation.
name '(exp|log|sqrt|square|where|linspace|no_grad|(?:rand|zeros|ones)\w*)' is not defined
    \1 앞에 torch.을 붙이세요: torch.\1
    Put torch. before \1: torch.\1
name 'F' is not defined
    이 파일은 F(torch.nn.functional)를 import하지 않습니다. 학습의 손실은 인자로 받은 loss_function으로 계산하세요.
    This file does not import F (torch.nn.functional). In training, compute the loss with the argument loss_function.
name '(np|numpy|math|nn|tqdm)' is not defined
    이 파일은 \1 모듈을 import하지 않습니다. torch의 함수를 쓰거나 파일 맨 위에 import를 추가하세요.
    This file does not import \1. Use torch's functions, or add the import at the top of the file.
UnboundLocalError.*?'(\w+)'
    \1 변수를 값을 넣기 전에 썼습니다. 먼저 (반복문이라면 그 앞에서) 값을 넣고, 변수에 함수와 같은 이름을 붙이지 마세요.
    \1 is used before it has a value. Set it first (before a loop), and don't give a variable the name of a function.
NameError: (?:\w+ )*'(\w+)'
    \1에 아직 값이 없습니다. 이름에 오타가 있거나, 값을 나중에 넣거나 다른 이름에 넣었거나, import가 빠졌습니다.
    \1 has no value here: it is misspelt, set later or under another name, or was never imported.
'(function|method|builtin_function_or_method)'
    함수를 호출하지 않고 이름만 썼습니다. 괄호와 인자를 붙이세요: f(...).
    You forgot the parentheses. Call the function with its arguments: f(...).
'list' object has no attribute
    여러 값이 리스트로 묶여 있습니다. loader는 (images, labels)를 주니 변수 두 개로 나누어 받으세요. 텐서가 든 리스트는 torch.cat이나 torch.stack으로 합칩니다.
    This is a list of several values. Unpack them: the loader yields (images, labels). torch.cat or torch.stack joins a list of tensors.
'tuple' object|not tuple|and 'tuple'|'tuple' and|to tuple|multiply sequence|values to unpack
    여러 값을 하나로 받았거나, 변수의 수가 값의 수와 다릅니다. encode와 모델의 결과는 나누어 받으세요: mu, log_var = model.encode(x); recon_x, mu, log_var = model(x)
    Several values were taken for one, or into the wrong number of variables. Unpack them: mu, log_var = model.encode(x); recon_x, mu, log_var = model(x)
converted to an index
    텐서를 튜플과 곱했거나, 정수가 필요한 곳에 텐서를 썼습니다. encode는 값을 한 쌍으로 돌려줍니다: mu, log_var = model.encode(x)
    A tensor is multiplied by a tuple, or stands where a whole number is needed. encode returns a pair: mu, log_var = model.encode(x)
cannot be converted to Scalar
    .item()은 원소가 하나뿐인 텐서에 씁니다. 먼저 합을 구하세요.
    .item() is for a tensor with a single element. Sum first.
only one element tensors|only length-1 arrays|can be converted to Python scalars
    math의 함수와 float()는 숫자 하나만 받습니다. 텐서에는 torch의 함수를 쓰세요 (math.exp가 아니라 torch.exp).
    The math module and float() work on single numbers. For tensors use torch (torch.exp, not math.exp).
NoneType
    값 하나가 None입니다. return이 없는 함수나 append처럼 아무것도 돌려주지 않는 함수의 결과를 썼습니다.
    A value is None. It comes from a function without a return, or from one such as append that returns nothing.
between 0 and 1|all elements of (input|target)
    이진 교차 엔트로피의 인자 순서를 확인하세요. 예측(확률)이 먼저, 타깃(원래 이미지)이 다음입니다.
    Check the order of binary cross-entropy's arguments: the prediction (probabilities) first, then the image.
target size
    손실의 두 인자는 모양이 같아야 합니다. recon_x는 (N, 784)이고 x는 (N, 1, 28, 28)일 수 있으니 x를 펼치세요.
    Both arguments of the loss need the same shape. recon_x is (N, 784), but x may be (N, 1, 28, 28): flatten x.
shape '(\[.*?\])' is invalid for input of size (\d+)
    원소가 \2개인 텐서는 \1 모양이 될 수 없습니다. 크기를 하나씩 확인하고, 배치 크기는 숫자 대신 x.shape[0]이나 -1로 쓰세요.
    A tensor of \2 elements can't take the shape \1. Check each size, and don't hard-code the batch size: use x.shape[0] or -1.
mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x
    행렬곱(층이나 @)에 열이 \3개인 텐서가 필요한데 모양이 (\1, \2)입니다. 크기는 숫자 대신 model.latent_dim이나 .shape로 쓰고, 원소끼리 곱할 때는 *를 쓰세요.
    A layer or @ needs \3 columns here, but gets the shape (\1, \2). Use model.latent_dim or .shape, not a number, and * for a product of elements.
must match the size|size of tensor|shapes? cannot be|broadcast|shape mismatch|expanded size
    모양이 다른 텐서를 함께 계산했습니다. 차원마다 크기가 같거나 한쪽이 1이어야 합니다. 두 텐서의 .shape를 print로 확인하고 모양을 맞추세요.
    You combined tensors of different shapes. In each dimension the sizes must be equal, or one of them 1. Print both .shape and reshape one.
does not require grad
    기울기가 흐르는 경로가 끊겼습니다. 코드에 detach, .item(), .data, no_grad, torch.tensor(...)가 있는지 찾아보세요.
    Something cuts the path of the gradient: look for detach, .item(), .data, no_grad, torch.tensor(...).
backward through the graph a second time
    같은 손실에 backward를 두 번 호출했거나, 이전 배치의 텐서를 더해 두고 다시 썼습니다. 손실은 숫자(.item())로 더해 두세요.
    backward ran twice on one loss, or tensors of earlier batches were kept. Add up numbers (.item()) instead.
inplace operation|in-place operation|leaf [Vv]ariable
    인자로 받은 텐서나 기울기 계산에 필요한 텐서의 값을 직접 바꾸었습니다 (+=, 이름이 _로 끝나는 함수, x[...] = ). 새 텐서를 만드세요. 학습 코드라면 순서는 zero_grad, backward, step입니다.
    You changed a tensor in place: an argument, or one that the gradient needs (+=, a function ending in _, x[...] = ). Make a new tensor. In training the order is zero_grad, backward, step.
Can't call numpy\(\)
    기울기를 추적하는 텐서는 numpy로 바꿀 수 없습니다. torch의 함수로 계산하세요.
    A tensor that tracks gradients can't be converted to numpy. Compute with torch's functions.
condition to be a boolean|used as indices must be|operator.invert
    여기에는 bool 텐서가 필요한데 known은 0.0과 1.0이 든 float 텐서입니다. known.bool()을 쓰세요.
    A bool tensor is needed here, but known is a float tensor of 0.0 and 1.0. Use known.bool().
Boolean value of Tensor with more than one
    if에는 참이나 거짓 하나만 쓸 수 있습니다. 원소마다 고르려면 torch.where를 쓰세요.
    An if needs a single true or false. To choose element by element, use torch.where.
'(int|float|bool)' object has no attribute '(\w+)'
    이 값은 Python 숫자(\1)라서 .\2 같은 텐서의 기능이 없습니다. (.item()과 math의 함수는 텐서를 숫자로 만듭니다.)
    This is a Python number (\1). Only a tensor has .\2. (.item() and the math module make numbers.)
must be Tensor, not|expected Tensor|not (int|float|list)
    텐서가 필요한 곳에 숫자나 리스트가 있습니다. torch의 함수로 텐서를 만드세요.
    There is a number or a list where a tensor is needed. Make a tensor with torch's functions.
same device|device type|Expected all tensors
    텐서들이 서로 다른 장치에 있습니다. 텐서를 새로 만들 때 device를 지정하세요.
    The tensors are on different devices. Pass `device` when you create a tensor.
(?i)cuda|nvidia|\bmps\b
    여기서는 GPU를 쓸 수 없습니다. .cuda()나 "cuda" 대신 인자로 받은 device를 쓰세요: .to(device), device=device. device 인자가 없는 함수에서는 x.device를 쓰세요.
    No GPU can be used here. Instead of .cuda() or "cuda" use the argument device: .to(device), device=device. In a function without it, use x.device.
expected scalar type|can't be cast|dtype|Double but|Float but
    텐서들의 dtype이 다릅니다. float32로 맞추세요 (numpy를 거치면 float64가 됩니다).
    The dtypes differ. Use float32 throughout (numpy makes float64).
RecursionError
    함수가 자기 자신을 호출합니다.
    The function calls itself.
SystemExit|KeyboardInterrupt
    exit()나 quit()을 지우세요. 함수는 값을 return 하면 됩니다.
    Remove exit() or quit(). A function only has to return its value.
ZeroDivisionError
    0으로 나누었습니다. 나누는 값을 확인하세요.
    You divided by 0. Check the divisor.
has no attribute
    점 뒤의 이름에 오타가 있나요? 점 앞에 있는 값의 타입(type)을 print로 확인하세요.
    Is the name after the dot misspelt? Print the type of the value before the dot.
cannot import name
    그 파일에서 함수 이름을 바꾸거나 지웠나요? 이름은 처음 그대로 두어야 합니다.
    Was that function renamed or deleted in its file? Keep the names as given.
No module named
    import할 수 있는 것은 Python 표준 라이브러리, torch, torchvision, numpy, matplotlib, scikit-learn, tqdm입니다.
    You may import Python's standard library, torch, torchvision, numpy, matplotlib, scikit-learn and tqdm.
.*
    아래 줄에서 오류가 났습니다. 그 줄에 쓰인 값을 print로 확인하세요.
    The error comes from the line below. Print the values on that line.
""")


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
            what = Words("아직 작성하지 않았습니다.", "It is not written yet.")
            return failure_in_text.unwritten(stub) or Failure(STUB, stub.id, what, stub.todo, file=stub.name)
    fields = getattr(error.args[0], "fields", None) if error.args else None
    if isinstance(error, AssertionError) and fields:
        return _wrong(fields, BY_ID[task], title)
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_file():
        path = Path(error.filename)
        own = path.parent == VAE and path.name in FILES
        unreadable = failure_in_text.unreadable(path, task) if own else None
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
    task = source.task_of(error) or task
    print(describe(error, task), file=sys.stderr)
    check = f"python -m vae check {task}".rstrip()
    return say(f"더 자세히: {check}", f"For details: {check}")


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
        **source.own_lines(task._replace(function=fields["function"] or task.function)),
    )


def _raised(error: BaseException, task: str, title: str, file: str) -> Failure:
    text = f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST]
    cause = cause_of(text, CAUSES)
    about = BY_ID.get(task)
    changed = source.changed_parameters(about) if about else ""
    if changed:
        cause = Words(
            f"매개변수가 처음과 다릅니다. 이름과 순서를 되돌리세요: {changed}",
            f"The parameters are not as given. Restore their names and order: {changed}",
        )
    where, called = source.place(error)
    if called:
        cause = Words(
            f"이 줄에서 호출한 {called.function} 안에서 오류가 났습니다. python -m vae check {called.id}가 통과하면 이 줄의 인자를 확인하세요.",
            f"{called.function}, called on this line, raised the error. If python -m vae check {called.id} passes, check this line's arguments.",
        )
    if not where:
        where = source.own_lines(about) if about else {"file": file or source.imported(error)}
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
