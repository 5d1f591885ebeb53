"""Hints for each task, from a question to nearly the code. Each call of `hint` shows one more, first what fits the failure."""

from __future__ import annotations

import re

from vae.desk import memory
from vae.desk.failure import STUB, Failure
from vae.desk.tasks import Task, Words, in_threes

HINTS: dict[str, list[Words]] = {}
ANSWERS: dict[str, list[str]] = {}

# The task and the failures that a hint answers, by words of their cause or names of misconceptions; Korean, English.
for _row, _hint in in_threes(r"""
1 log_var is|log-var|var-as|std-(sign|other|forgotten)|math module|torch. before|inf or nan
    log_var는 분산의 로그, log(sigma²)입니다. 로그의 성질을 써서 log(sigma)를 log_var로 나타내 보세요. 로그를 없애는 함수는 무엇인가요?
    log_var is log(sigma²). Use the rules of logarithms: what is log(sigma) in terms of log_var? Which function undoes a logarithm?
1 epsilon|-noise|eval-|shape|float32|device
    잡음은 mu와 모양, dtype, 장치가 같고 표준정규분포를 따르는 텐서입니다. torch에는 주어진 텐서와 같은 모양(like)으로 정규 잡음을 뽑는 함수가 있습니다. 이름이 rand가 아니라 randn으로 시작합니다 (rand는 0과 1 사이의 균등분포).
    The noise is a standard normal tensor with the shape, dtype and device of mu. torch has a function that draws normal noise 'like' a given tensor. Its name starts with randn, not rand (rand is uniform between 0 and 1).
1 mu is|mu-|detached|gradient|combination|None|one value|extra
    세 줄이면 됩니다. (1) log_var에서 std 구하기, (2) epsilon 뽑기, (3) mu에 std와 epsilon의 곱을 더해 return. 손으로 확인해 보세요: log_var = 0이면 std = 1, log_var = 2이면 std = 2.718입니다.
    Three lines: (1) compute std from log_var, (2) draw epsilon, (3) return mu plus the product of std and epsilon. Check by hand: log_var = 0 gives std = 1, log_var = 2 gives std = 2.718.
2a batch-mean|-scale|rec-sign|half-only
    모든 픽셀을 0.5로 예측하면 픽셀당 손실은 log 2입니다. 이미지 한 장이면 784 log 2 = 543.4, 세 장이면 그 세 배입니다. 여러분의 함수는 얼마를 돌려주나요?
    If every pixel is predicted as 0.5, the loss is log 2 per pixel. That is 784 log 2 = 543.4 for one image and three times as much for three. What does your function return?
2a arguments|order of|logits|rec-mean|squared|not-scalar
    torch.nn.functional(F)의 binary_cross_entropy 문서를 읽어 보세요. 인자의 순서와 reduction의 기본값을 확인하세요. 이름에 logits가 붙은 함수는 시그모이드를 한 번 더 적용하므로 여기서는 맞지 않습니다.
    Read the documentation of binary_cross_entropy in torch.nn.functional (F): the order of its arguments, and the default of `reduction`. The version 'with_logits' applies a sigmoid itself, so it is not for probabilities.
2a same shape|different shapes|take the shape|mismatch
    x를 (N, 784)로 펼치는 방법은 VAE.encode의 첫 줄에 있습니다. 그다음은 한 줄이면 됩니다. F의 함수에 재구성, 펼친 x, 합을 뜻하는 reduction을 넘기세요.
    The first line of VAE.encode shows how to flatten x to (N, 784). Then one call of that function is enough: pass the reconstruction, the flat x, and the reduction that means a sum.
2b log-var|kl-exp|beyond-float32|inf or nan
    식에는 log(sigma²)과 sigma²이 나옵니다. 하나는 이미 인자로 받았습니다. 다른 하나는 그 인자에서 어떻게 구하나요?
    The formula has log(sigma²) and sigma². One of them is already an argument. How do you get the other from it?
2b half|kl-sign|weighted
    손으로 확인해 보세요. mu = 0, log_var = 0이면 0이어야 하고, mu = 1, log_var = 0이면 차원마다 1/2입니다. 음수가 나오면 부호를, 두 배가 나오면 1/2을 확인하세요.
    Check by hand: mu = 0, log_var = 0 must give 0, and mu = 1, log_var = 0 must give 1/2 per dimension. If the result is negative, check the signs. If it is twice as large, check the 1/2.
2b mean|missing-one|squared|brackets|term-missing|scalar|None
    대괄호 안의 네 항을 (N, D) 텐서 그대로 더하고 뺀 다음, torch.sum으로 모두 더하고, 맨 앞의 -1/2을 곱하세요. 제곱은 .square() 또는 ** 2입니다.
    Add and subtract the four terms in the brackets as (N, D) tensors, sum over everything with torch.sum, then multiply by the -1/2 in front. For a square, use .square() or ** 2.
2c sign
    옵티마이저는 손실을 줄입니다. 재구성 손실과 KL은 둘 다 작을수록 좋습니다. 그러면 두 항의 부호는 무엇이어야 할까요?
    An optimiser makes the loss smaller. Smaller is better for both the reconstruction loss and the KL. So which sign does each of them get?
2c arguments|swapped|raised the error
    같은 파일에 있는 위의 두 함수를 호출하기만 하면 됩니다. 하나는 recon_x와 x를, 다른 하나는 mu와 log_var를 받습니다.
    You only have to call the two functions above. One takes recon_x and x, the other takes mu and log_var.
2c weighted|combination|mean|reduction|one value|number|missing|None
    한 줄입니다. 두 함수의 값을 더해 return 하세요. 가중치도, 평균도, .item()도 필요 없습니다.
    One line: return the sum of both values. No weight, no mean, no .item().
3a gradient|Gradients|order
    한 배치에서 하는 일을 순서대로 떠올려 보세요. 모델로 이미지를 재구성하고, 손실을 계산하고, 기울기를 구하고, 매개변수를 한 번 업데이트합니다. 이전 배치의 기울기는 언제 지워야 하나요?
    List what happens with one batch, in order: the model reconstructs the images, the loss is computed, then the gradients, and the parameters take one step. When must the gradients of the last batch be cleared?
3a evaluation|Unpack|numbers|not of images|device|step
    필요한 것: model.train(), images.to(device), optimizer.zero_grad(), loss.backward(), optimizer.step(), loss.item(). 모델은 recon_x, mu, log_var 세 개를 돌려줍니다. 이미지 수는 len(loader.dataset)입니다.
    What you need: model.train(), images.to(device), optimizer.zero_grad(), loss.backward(), optimizer.step(), loss.item(). The model returns three tensors: recon_x, mu, log_var. The number of images is len(loader.dataset).
3a loss|last batch|first batch|value|None
    전체 틀: (1) 학습 모드로 바꾸고 total = 0.0으로 시작합니다. (2) for images, _ in loader: 안에서 이미지를 device로 옮기고, 모델을 호출하고, 인자로 받은 loss_function에 (recon_x, images, mu, log_var)를 넘깁니다. (3) zero_grad, backward, step을 호출하고 손실을 숫자로 total에 더합니다. (4) for가 끝나면 total / 이미지 수를 return 하세요.
    The outline: (1) Set training mode and total = 0.0. (2) In `for images, _ in loader:` move the images, call the model, and call the loss_function argument with (recon_x, images, mu, log_var). (3) Call zero_grad, backward and step, and add the loss to total as a number. (4) After the loop, return total / number of images.
3b one epoch|per epoch|only one|No parameter
    한 에폭의 학습은 train_epoch이 이미 합니다. train은 준비(장치, 옵티마이저)를 하고 train_epoch을 epochs번 호출합니다.
    train_epoch already does one epoch. train only prepares (device, optimiser) and calls it `epochs` times.
3b outside the loop
    Adam은 지난 기울기를 기억합니다. 에폭마다 새로 만들면 기억이 사라집니다. 반복문의 안과 밖 중 어디에서 만들어야 할까요?
    Adam remembers past gradients. A new Adam in each epoch forgets them. So do you make it inside or outside the loop?
3b model[.]to|Adam|arguments|parentheses|None
    순서: 모델을 device로 옮기고, 모델의 매개변수와 학습률로 torch.optim.Adam을 한 번 만듭니다. 그다음 train_epoch(model, loader, loss_function, optimizer, device)을 epochs번 호출해 그 값을 리스트에 append 하고, 리스트를 return 하세요.
    In order: move the model to device. Make torch.optim.Adam once, with the model's parameters and the learning rate. Then call train_epoch(model, loader, loss_function, optimizer, device) `epochs` times, append each result to a list, and return the list.
4a gen-|normal
    새 이미지를 만들 때 인코더는 필요 없습니다. 학습할 때 KL은 잠재 코드를 어떤 분포 쪽으로 끌어당겼나요? 그 분포에서 z를 뽑으세요.
    New images need no encoder. Which distribution did the KL pull the codes towards in training? Draw z from it.
4a Reshape|number of images|shape|columns|device
    z는 모양이 (count, model.latent_dim)이고 device에 있어야 합니다. model.decode(z)는 (count, 784)를 돌려주니 이미지 모양으로 바꾸세요.
    z has shape (count, model.latent_dim) and must be on the device. model.decode(z) returns (count, 784): reshape it to images.
4a gradients|probabilities|None
    with torch.no_grad(): 블록 안에서 torch.randn(모양, device=device)로 z를 뽑고, decode 하고, .view(count, 1, 28, 28)로 모양을 바꾸어 return 하세요.
    Inside `with torch.no_grad():` draw z with torch.randn(shape, device=device), decode it, and return the result reshaped with .view(count, 1, 28, 28).
4b mu[(]|pair|Several|pixels|log-var
    픽셀이 아니라 잠재 코드를 섞습니다. 양 끝의 잠재 코드는 encode가 돌려주는 두 값 중 어느 것일까요? 여기서는 표본을 뽑지 않습니다.
    Mix codes, not pixels. encode returns two tensors: which one is the code? Don't sample here.
4b evenly|reversed|weights|number of images|Python number
    0에서 1까지 같은 간격의 값 steps개는 torch.linspace로 만듭니다. 비율 t의 잠재 코드는 시작 코드에 (1 - t)를, 끝 코드에 t를 곱해 더한 값입니다.
    torch.linspace makes `steps` evenly spaced values from 0 to 1. At the fraction t, the code is (1 - t) times the start plus t times the end.
4b Reshape|shapes|gradients|list|None
    unsqueeze(1)로 t의 모양을 (steps, 1)로 만들면, (1, D)인 두 mu와 곱한 결과가 (steps, D)가 됩니다. 한꺼번에 decode 하고 (steps, 1, 28, 28)로 바꾸세요. 모두 with torch.no_grad(): 블록 안에서 합니다.
    unsqueeze(1) gives t the shape (steps, 1). Its products with the two mu of shape (1, D) then have shape (steps, D). Decode them all at once and reshape to (steps, 1, 28, 28), all inside `with torch.no_grad():`.
4c leaks|still 0.5|known pixels
    시작 이미지는 아는 픽셀에 x, 모르는 픽셀에 0.5를 넣은 것입니다. 반복마다 지금 이미지 전체를 재구성하고, 모르는 픽셀만 그 값으로 바꿉니다.
    The first image has x in the known pixels and 0.5 in the others. In each iteration, reconstruct the whole current image and put the result only into the unknown pixels.
4c bool|wrong way|Reshape|shapes|new tensor|random
    torch.where(조건, a, b)는 픽셀마다 a나 b를 골라 새 텐서를 만듭니다. 조건은 known.bool()입니다. 재구성은 encode의 mu를 decode 한 것이고, 모양이 (N, 784)이므로 x의 모양으로 바꿔야 합니다.
    torch.where(condition, a, b) picks a or b for each pixel and makes a new tensor. The condition is known.bool(). For the reconstruction, decode the mu that encode returns. It is (N, 784), so reshape it like x.
4c iteration|unchanged|gradients|None
    전체 틀: keep = known.bool(), filled = where(keep, x, 0.5)로 시작해 iterations번 mu, _ = model.encode(filled); filled = where(keep, x, 재구성). 다음 반복은 x가 아니라 filled에서 시작합니다. 끝나면 filled를 return 하세요.
    The outline: keep = known.bool(); filled = where(keep, x, 0.5). Then `iterations` times: mu, _ = model.encode(filled); filled = where(keep, x, reconstruction). Each iteration starts from filled, not from x. Return filled.
"""):
    _task, _, _answer = _row.partition(" ")
    HINTS.setdefault(_task, []).append(_hint)
    ANSWERS.setdefault(_task, []).append(_answer)


def given(task: Task) -> list[int]:
    """The places in HINTS of the hints of a task that were shown already, in the order in which they were."""
    shown = memory.recall().get(task.id)
    return (
        [place for place in shown if place in range(len(HINTS[task.id]))] if isinstance(shown, list) else []
    )


def next_hint(task: Task, failure: Failure | None = None) -> tuple[int, Words]:
    """How many hints of a task are shown with this one, and the hint: one that answers the failure, else the next.

    After the last one, the last again.
    """
    shown = given(task)
    left = [place for place in range(len(HINTS[task.id])) if place not in shown]
    for said in (failure.cause.en, failure.shows) if failure and failure.kind != STUB else ():
        left.sort(key=lambda place: not re.search(ANSWERS[task.id][place], said))  # what is measured decides
    shown += left[:1]
    memory.keep(task.id, shown)
    return len(shown), HINTS[task.id][shown[-1]]


def forget(task: Task) -> None:
    """Start again with the first hint of a task."""
    if given(task):
        memory.keep(task.id, [])
