"""Hints for each task, from a question to nearly the code. `hint` gives one more at each call."""

from __future__ import annotations

import contextlib
import json

from vae.desk.tasks import HANDOUT, Task, Words

MEMORY = HANDOUT / ".desk.json"  # how many hints of each task were given already

HINTS: dict[str, tuple[Words, ...]] = {
    "1": (
        Words(
            "log_var는 분산의 로그 log(sigma²)입니다. 로그의 성질로 log(sigma)를 log_var로 써 보세요. 로그를 없애는 함수는 무엇인가요?",
            "log_var is log(sigma²). By the rules of logarithms, what is log(sigma) in terms of log_var? Which function "
            "undoes a logarithm?",
        ),
        Words(
            "잡음은 mu와 모양, dtype, 장치가 같은 표준정규 텐서입니다. torch에는 '이 텐서처럼' 정규 잡음을 뽑는 함수가 있습니다. "
            "rand가 아니라 randn으로 시작하는 것입니다 (rand는 0과 1 사이의 균등분포).",
            "The noise is a standard normal tensor with mu's shape, dtype and device. torch has a function that draws normal "
            "noise 'like' a given tensor: it begins with randn, not rand (rand is uniform between 0 and 1).",
        ),
        Words(
            "세 줄이면 됩니다: (1) std를 log_var에서 구하기, (2) epsilon 뽑기, (3) mu에 std와 epsilon의 곱을 더해 return. "
            "종이에서 확인: log_var = 0이면 std = 1, log_var = 2면 std = 2.718.",
            "Three lines: (1) std from log_var, (2) draw epsilon, (3) return mu plus the product of std and epsilon. Check on "
            "paper: log_var = 0 gives std = 1, log_var = 2 gives std = 2.718.",
        ),
    ),
    "2a": (
        Words(
            "픽셀을 모두 0.5로 추측하면 픽셀 하나의 손실은 log 2입니다. 이미지 한 장이면 784 log 2 = 543.4, 세 장이면 그 세 배입니다. "
            "여러분의 함수는 얼마를 돌려주나요?",
            "With a guess of 0.5 each pixel costs log 2: one image 784 log 2 = 543.4, three images three times that. What does "
            "your function return?",
        ),
        Words(
            "torch.nn.functional(F)에서 binary_cross_entropy를 찾아 문서를 읽으세요. 인자의 순서, 그리고 reduction의 기본값이 무엇인지 "
            "보세요. logits가 붙은 함수는 시그모이드를 한 번 더 하므로 여기서는 맞지 않습니다.",
            "Look up binary_cross_entropy in torch.nn.functional (F): the order of its arguments, and what `reduction` is when "
            "you say nothing. The one 'with_logits' applies a sigmoid again, so it is not for probabilities.",
        ),
        Words(
            "x를 (N, 784)로 펴는 것은 VAE.encode의 첫 줄에서 볼 수 있습니다. 그다음 F의 함수 하나에 재구성, 편 x, 합을 뜻하는 "
            "reduction을 주면 한 줄로 끝납니다.",
            "How to flatten x to (N, 784) you can see in the first line of VAE.encode. Then one call of F's function does it: "
            "the reconstruction, the flat x, and the reduction that means a sum.",
        ),
    ),
    "2b": (
        Words(
            "식에는 log(sigma²)와 sigma²가 나옵니다. 하나는 인자로 이미 받았습니다. 다른 하나는 그것에서 어떻게 구하나요?",
            "The formula has log(sigma²) and sigma². One of them is an argument already. How does the other follow from it?",
        ),
        Words(
            "종이에서 확인하세요: mu = 0, log_var = 0이면 0이어야 합니다. mu = 1, log_var = 0이면 차원마다 1/2입니다. "
            "음수가 나오면 부호를, 두 배가 나오면 1/2을 보세요.",
            "Check on paper: mu = 0, log_var = 0 must give 0, and mu = 1, log_var = 0 must give 1/2 for each dimension. "
            "Negative: look at the signs. Twice as much: look at the 1/2.",
        ),
        Words(
            "괄호 안의 네 항을 (N, D) 텐서 그대로 더하고 뺀 다음, torch.sum으로 모두 더하고, 맨 앞의 -1/2을 곱하세요. 제곱은 "
            ".square() 또는 ** 2입니다.",
            "Add and subtract the four terms in the bracket as (N, D) tensors, sum up everything with torch.sum, then multiply "
            "by the -1/2 in front. A square is .square() or ** 2.",
        ),
    ),
    "2c": (
        Words(
            "최적화기는 손실을 줄입니다. 재구성 손실과 KL은 둘 다 작을수록 좋습니다. 그러면 부호는?",
            "An optimiser makes the loss smaller. Of the reconstruction loss and the KL, less is better. So which signs?",
        ),
        Words(
            "위의 두 함수를 부르기만 하면 됩니다. 각 함수가 어떤 인자를 받는지 보세요: 하나는 이미지를, 하나는 mu와 log_var를 받습니다.",
            "You only have to call the two functions above. See what each takes: one the images, one mu and log_var.",
        ),
        Words(
            "한 줄입니다: 두 함수의 값을 더해 return. 가중치도, 평균도, .item()도 없습니다.",
            "One line: return the sum of both values. No weight, no mean, no .item().",
        ),
    ),
    "3a": (
        Words(
            "한 배치에서 일어나는 일을 순서대로 말해 보세요: 모델이 이미지를 재구성하고, 손실을 재고, 기울기를 구하고, 매개변수를 한 걸음 "
            "옮깁니다. 지난 배치의 기울기는 언제 지워야 하나요?",
            "Say in order what happens with one batch: the model reconstructs the images, the loss is measured, the gradient is "
            "computed, the parameters move one step. When do the old gradients have to go?",
        ),
        Words(
            "쓸 것들: model.train(), images.to(device), optimizer.zero_grad(), loss.backward(), optimizer.step(), loss.item(). "
            "모델은 recon_x, mu, log_var 세 개를 돌려줍니다. 이미지 수는 len(loader.dataset)입니다.",
            "What you need: model.train(), images.to(device), optimizer.zero_grad(), loss.backward(), optimizer.step(), "
            "loss.item(). The model returns three things: recon_x, mu, log_var. The number of images is len(loader.dataset).",
        ),
        Words(
            "틀: 학습 모드; total = 0.0; for images, _ in loader: 옮기기, 모델, 인자로 받은 loss_function(recon_x, images, mu, log_var), "
            "지우기, backward, step, total에 숫자 더하기. return은 for 밖에서 total / 이미지 수.",
            "The frame: training mode; total = 0.0; for images, _ in loader: move, model, the loss_function that was handed "
            "in (recon_x, images, mu, log_var), forget, backward, step, add the number to total. After the for, return "
            "total / number of images.",
        ),
    ),
    "3b": (
        Words(
            "에폭 하나는 train_epoch가 이미 합니다. train은 준비(장치, 최적화기)를 하고 그것을 epochs번 되풀이합니다.",
            "train_epoch does one epoch already. train prepares (device, optimiser) and repeats it `epochs` times.",
        ),
        Words(
            "Adam은 지난 기울기를 기억합니다. 에폭마다 새로 만들면 기억이 사라집니다. 반복문의 안과 밖 중 어디에서 만들어야 하나요?",
            "Adam remembers past gradients; a new one each epoch forgets them. Inside or outside of the loop, then?",
        ),
        Words(
            "순서: 모델을 device로 옮기고, 모델의 매개변수와 학습률로 torch.optim.Adam을 한 번 만들고, 그다음 epochs번 "
            "train_epoch(model, loader, loss_function, optimizer, device)의 값을 리스트에 append; 리스트를 return.",
            "In order: move the model to device; make torch.optim.Adam once, of its parameters and the learning rate; then `epochs` times append "
            "what train_epoch(model, loader, loss_function, optimizer, device) returns; return the list.",
        ),
    ),
    "4a": (
        Words(
            "새 이미지를 만들 때 인코더는 필요 없습니다. 학습할 때 KL은 코드를 어떤 분포로 끌어당겼나요? 거기서 z를 뽑습니다.",
            "New images need no encoder. Towards which distribution did the KL pull the codes in training? Draw z from there.",
        ),
        Words(
            "z의 모양은 (count, model.latent_dim)이고 device 위에 있어야 합니다. model.decode(z)는 (count, 784)를 돌려주니 이미지 "
            "모양으로 바꾸세요.",
            "z has the shape (count, model.latent_dim) and lies on the device. model.decode(z) gives (count, 784): bring it into "
            "the shape of images.",
        ),
        Words(
            "with torch.no_grad(): 아래에서 torch.randn(모양, device=device)로 뽑고, decode하고, .view(count, 1, 28, 28)을 return.",
            "Under `with torch.no_grad():` draw with torch.randn(shape, device=device), decode, return .view(count, 1, 28, 28).",
        ),
    ),
    "4b": (
        Words(
            "섞는 것은 픽셀이 아니라 코드입니다. 시작과 끝의 코드는 무엇인가요? encode는 두 개를 돌려줍니다. 표본을 뽑지 않습니다.",
            "Codes are mixed, not pixels. Which are the codes at both ends? encode returns two things; nothing is sampled.",
        ),
        Words(
            "0에서 1까지 고르게 steps개: torch.linspace. 비율 t에서 코드는 시작의 (1 - t)배와 끝의 t배의 합입니다.",
            "Evenly from 0 to 1 in `steps` values: torch.linspace. At the fraction t the code is (1 - t) times the start plus "
            "t times the end.",
        ),
        Words(
            "t를 (steps, 1) 모양으로 만들면(unsqueeze(1)) (1, D)인 두 mu와 곱해 (steps, D)가 됩니다. 한 번에 decode하고 "
            "(steps, 1, 28, 28)로 바꾸세요. 모두 with torch.no_grad(): 아래에서.",
            "With t in the shape (steps, 1), by unsqueeze(1), products with the two mu of (1, D) become (steps, D). Decode them "
            "at once and reshape to (steps, 1, 28, 28), all of it under `with torch.no_grad():`.",
        ),
    ),
    "4c": (
        Words(
            "시작 이미지는 알려진 픽셀에 x, 모르는 픽셀에 0.5입니다. 한 번의 반복: 지금 이미지 전체를 재구성하고, 모르는 픽셀만 그 값으로 바꿉니다.",
            "The first image has x in the known pixels and 0.5 in the others. One iteration: reconstruct the whole current "
            "image, and take over its values in the unknown pixels alone.",
        ),
        Words(
            "torch.where(조건, a, b)는 픽셀마다 고르고 새 텐서를 만듭니다. 조건은 known.bool()입니다. 재구성은 encode의 mu를 decode한 것이고, "
            "(N, 784)라서 x의 모양으로 바꿔야 합니다.",
            "torch.where(condition, a, b) chooses pixel by pixel and makes a new tensor; the condition is known.bool(). The "
            "reconstruction is decode of encode's mu, (N, 784), so bring it into the shape of x.",
        ),
        Words(
            "틀: filled = where(known, x, 0.5); iterations번: mu, _ = model.encode(filled); filled = where(known, x, 재구성). "
            "다음 반복은 x가 아니라 filled에서 시작합니다. 끝나면 filled를 return.",
            "The frame: filled = where(known, x, 0.5); `iterations` times: mu, _ = model.encode(filled); filled = where(known, "
            "x, reconstruction). The next iteration starts from filled, not from x. Return filled.",
        ),
    ),
}


def given(task: Task) -> int:
    """How many hints of a task were given already."""
    return min(_memory().get(task.id, 0), len(HINTS[task.id]))


def next_hint(task: Task) -> tuple[int, Words]:
    """The next hint of a task and its number; after the last one the last again."""
    memory = _memory()
    number = min(memory.get(task.id, 0) + 1, len(HINTS[task.id]))
    with contextlib.suppress(OSError):  # a folder that can't be written begins with the first hint each time
        MEMORY.write_text(json.dumps({**memory, task.id: number}), encoding="utf-8")
    return number, HINTS[task.id][number - 1]


def forget(task: Task) -> None:
    """Begin with the first hint again."""
    memory = _memory()
    if memory.pop(task.id, 0):
        with contextlib.suppress(OSError):
            MEMORY.write_text(json.dumps(memory), encoding="utf-8")


def _memory() -> dict[str, int]:
    try:
        content = json.loads(MEMORY.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {task: number for task, number in content.items() if type(number) is int and number >= 0}
