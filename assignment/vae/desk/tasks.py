"""The nine tasks: their names, their files, and what each asks for in a few words."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from vae.desk.language import Words

VAE = Path(__file__).resolve().parents[1]
HANDOUT = VAE.parent
NO_WORDS = Words("", "")


def in_threes(table: str) -> list[tuple[str, Words]]:
    """Texts from a table with three lines for each: what it is for, the text in Korean, in English."""
    lines = [line.strip() for line in table.strip().splitlines()]
    return [(name, Words(*both)) for name, *both in zip(*[iter(lines)] * 3, strict=True)]


class Task(NamedTuple):
    """One function to write.

    Attributes:
        id: "1" to "4c".
        call: the function with its parameters.
        expected: what it has to return, in one line.
        todo: what to do, for a student who has not started.
    """

    id: str
    function: str
    file: str
    call: str
    expected: str | Words
    todo: Words

    @property
    def path(self) -> Path:
        return VAE / self.file

    @property
    def name(self) -> str:
        """The file's path from the hand-out's folder."""
        return f"vae/{self.file}"

    @property
    def part(self) -> str:
        """The number of the task's file of checks."""
        return self.id[0]


TASKS = (
    Task(
        "1",
        "reparameterize",
        "model.py",
        "VAE.reparameterize(mu, log_var)",
        "z = mu + sigma * epsilon, epsilon ~ N(0, I);  z: (N, D)",
        Words(
            "신경망은 sigma가 아니라 log_var = log(sigma²)을 출력합니다. log_var에서 sigma를 구하고, mu와 모양이 같은 표준정규 잡음 "
            "epsilon을 새로 뽑아 위 식의 z를 return 하세요.",
            "The network gives log_var = log(sigma²), not sigma. Compute sigma from it, draw fresh standard normal noise "
            "epsilon with the shape of mu, and return z by the formula above.",
        ),
    ),
    Task(
        "2a",
        "reconstruction_loss",
        "loss.py",
        "reconstruction_loss(recon_x, x)",
        "-Σ [ x log p + (1 - x) log(1 - p) ], p = recon_x;  0-dim tensor",
        Words(
            "recon_x는 (N, 784)이지만 x는 (N, 1, 28, 28)일 수도 있으니 모양부터 맞추세요. 이진 교차 엔트로피를 모든 이미지의 모든 픽셀에 대해 "
            "더한 값(평균이 아니라 합)을 return 하세요. torch.nn.functional에 이 손실이 있습니다.",
            "recon_x is (N, 784), but x may be (N, 1, 28, 28): give them the same shape. Return the binary cross-entropy, "
            "summed (not averaged) over all pixels of all images. torch.nn.functional has this loss.",
        ),
    ),
    Task(
        "2b",
        "kl_divergence",
        "loss.py",
        "kl_divergence(mu, log_var)",
        "-1/2 Σ [ 1 + log(sigma²) - mu² - sigma² ];  0-dim tensor",
        Words(
            "mu와 log_var는 (N, D)입니다. 식의 sigma²을 log_var에서 구하고, 모든 이미지의 모든 차원에 대해 더한 값(평균이 아니라 합)을 "
            "return 하세요.",
            "mu and log_var are (N, D). Compute sigma² from log_var, and return the formula's value summed (not averaged) "
            "over all dimensions of all images.",
        ),
    ),
    Task(
        "2c",
        "loss_function",
        "loss.py",
        "loss_function(recon_x, x, mu, log_var)",
        "-ELBO = 2a + 2b;  0-dim tensor",
        Words(
            "같은 파일의 두 함수(2a, 2b)를 호출하고, 두 값으로 -ELBO를 만들어 return 하세요. 가중치는 없습니다.",
            "Call the other two functions of this file (2a, 2b) and return the negative ELBO made from them. There is no weight.",
        ),
    ),
    Task(
        "3a",
        "train_epoch",
        "training.py",
        "train_epoch(model, loader, loss_function, optimizer, device)",
        Words("float: 배치 손실의 합 / 이미지 수", "float: sum of batch losses / number of images"),
        Words(
            "model을 학습 모드로 바꾸세요. loader가 주는 (images, labels)마다 이미지를 device로 옮기고, 순전파, loss_function, 이전 기울기 지우기, "
            "backward, step을 한 번씩 하세요. 손실은 숫자로 더해 두었다가 이미지 수로 나누어 return 하세요.",
            "Put the model into training mode. For each (images, labels) from the loader: move the images to the device, "
            "forward, loss_function, clear old gradients, backward, step. Add up the losses as numbers and return their sum "
            "divided by the number of images.",
        ),
    ),
    Task(
        "3b",
        "train",
        "training.py",
        "train(model, loader, epochs, learning_rate, device)",
        Words("list: 에폭마다 float 하나", "list: one float per epoch"),
        Words(
            "model을 device로 옮기고, torch.optim.Adam을 만들고, vae.loss의 loss_function으로 train_epoch을 epochs번 호출하세요. "
            "호출할 때마다 받은 값을 리스트에 모아 return 하세요.",
            "Move the model to the device, make a torch.optim.Adam, and call train_epoch `epochs` times with loss_function "
            "from vae.loss. Collect what it returns in a list and return the list.",
        ),
    ),
    Task(
        "4a",
        "generate",
        "latent.py",
        "generate(model, count, device)",
        Words("(count, 1, 28, 28), [0, 1], 기울기 없음", "(count, 1, 28, 28), [0, 1], no gradient"),
        Words(
            "사전분포 N(0, I)에서 모양이 (count, model.latent_dim)인 잠재 코드 z를 device에서 뽑고, model.decode(z)를 이미지 모양으로 바꿔 "
            "return 하세요. 기울기 계산은 끄세요.",
            "Draw codes z (count, model.latent_dim) from the prior N(0, I) on the device, and return model.decode(z) reshaped "
            "to images. Switch gradients off.",
        ),
    ),
    Task(
        "4b",
        "interpolate",
        "latent.py",
        "interpolate(model, x_start, x_end, steps)",
        "(steps, 1, 28, 28): mu(x_start) -> mu(x_end)",
        Words(
            "model.encode로 두 이미지의 잠재 코드 mu를 구하세요. 두 mu를 잇는 직선에서 양 끝을 포함해 같은 간격으로 점 steps개를 잡고, "
            "model.decode로 만든 이미지를 return 하세요. 기울기 계산은 끄세요.",
            "Get the codes mu of both images from model.encode. Take `steps` evenly spaced points on the line between them, "
            "both ends included, and return the images that model.decode makes from them. Switch gradients off.",
        ),
    ),
    Task(
        "4c",
        "restore",
        "latent.py",
        "restore(model, x, known, iterations)",
        "(N, 1, 28, 28): known = 1 -> x, known = 0 -> model",
        Words(
            "모르는 픽셀(known = 0)에 0.5를 넣고 시작하세요. 반복마다 encode의 mu를 decode 해 이미지 전체를 재구성하고, 그 값을 모르는 픽셀에만 "
            "넣으세요. 이 과정을 iterations번 반복합니다. 아는 픽셀은 x의 값 그대로 두고, x와 known은 바꾸지 마세요. 기울기 계산은 끄세요.",
            "Start with 0.5 in the unknown pixels (known = 0). In each iteration, reconstruct the whole image by decoding the "
            "mu that encode returns, and put the result only into the unknown pixels. Known pixels keep the values of x. "
            "Don't change x and known. Switch gradients off.",
        ),
    ),
)
BY_ID = {task.id: task for task in TASKS}
FILES = tuple(dict.fromkeys(task.file for task in TASKS))


def named(name: str) -> list[Task]:
    """The tasks that a word on the command line means: "2b", "2", "kl_divergence", "loss" or "loss.py".

    Raises:
        KeyError: no task is called that.
    """
    word = name.lower().removeprefix("vae/").removeprefix("task").removesuffix(".py").strip("_ ")
    found = [task for task in TASKS if word in (task.id, task.function, task.part)]
    found = found or [
        task for task in TASKS if word in (task.file.removesuffix(".py"), f"vae.{task.function}")
    ]
    if not found:
        raise KeyError(name)
    return found


def of_checks(file: str) -> list[Task]:
    """The tasks whose checks are in a file: "test_2_loss.py" holds 2a, 2b and 2c."""
    return [task for task in TASKS if file.startswith(f"test_{task.part}_")]
