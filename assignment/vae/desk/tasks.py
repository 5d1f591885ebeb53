"""The nine tasks: what they are called, where they lie, and what each asks for in a few words."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

VAE = Path(__file__).resolve().parents[1]
HANDOUT = VAE.parent


class Words(NamedTuple):
    """The same in Korean and in English."""

    ko: str
    en: str

    def __str__(self) -> str:
        return f"{self.ko} / {self.en}"


class Task(NamedTuple):
    """One function to write.

    Attributes:
        id: "1" to "4c".
        call: the function with its parameters.
        expected: what it has to return, in one line that needs no translation.
        todo: what to do, for whoever has not begun.
    """

    id: str
    function: str
    file: str
    call: str
    expected: str
    todo: Words

    @property
    def path(self) -> Path:
        return VAE / self.file

    @property
    def name(self) -> str:
        """The file as a student sees it, from the hand-out's folder."""
        return f"vae/{self.file}"

    @property
    def part(self) -> str:
        """The number of its file of checks."""
        return self.id[0]


TASKS = (
    Task(
        "1",
        "reparameterize",
        "model.py",
        "VAE.reparameterize(mu, log_var)",
        "z = mu + sigma * epsilon, epsilon ~ N(0, I);  z: (N, D)",
        Words(
            "신경망은 sigma가 아니라 log_var = log(sigma²)를 줍니다. 여기서 sigma를 구하고, mu와 모양이 같은 새 표준정규 잡음 "
            "epsilon을 뽑아 위 식의 z를 return 하세요.",
            "The network gives log_var = log(sigma²), not sigma. Work out sigma, draw fresh standard normal noise epsilon "
            "of the shape of mu, and return z by the formula.",
        ),
    ),
    Task(
        "2a",
        "reconstruction_loss",
        "loss.py",
        "reconstruction_loss(recon_x, x)",
        "-Σ [ x log p + (1 - x) log(1 - p) ], p = recon_x;  0-dim tensor",
        Words(
            "recon_x는 (N, 784), x는 (N, 1, 28, 28)일 수도 있으니 모양부터 맞추세요. 이진 교차 엔트로피를 모든 픽셀과 이미지에 대해 "
            "더한 값(평균이 아니라 합)을 return 하세요. torch.nn.functional에 이 손실이 있습니다.",
            "recon_x is (N, 784), x may be (N, 1, 28, 28): bring them to one shape. Return the binary cross-entropy, summed "
            "(no mean) over all pixels of all images. torch.nn.functional has this loss.",
        ),
    ),
    Task(
        "2b",
        "kl_divergence",
        "loss.py",
        "kl_divergence(mu, log_var)",
        "-1/2 Σ [ 1 + log(sigma²) - mu² - sigma² ];  0-dim tensor",
        Words(
            "mu와 log_var는 (N, D)입니다. 식의 sigma²를 log_var에서 구하고, 모든 차원과 이미지에 대해 더한 값(평균이 아니라 합)을 "
            "return 하세요.",
            "mu and log_var are (N, D). Work out the sigma² of the formula from log_var, and return the value summed "
            "(no mean) over all dimensions of all images.",
        ),
    ),
    Task(
        "2c",
        "loss_function",
        "loss.py",
        "loss_function(recon_x, x, mu, log_var)",
        "-ELBO = 2a + 2b;  0-dim tensor",
        Words(
            "같은 파일의 두 함수(2a, 2b)를 부르고, 두 값으로 음의 ELBO를 만들어 return 하세요. 가중치는 없습니다.",
            "Call the two functions of this file (2a, 2b) and return the negative ELBO made of both. There is no weight.",
        ),
    ),
    Task(
        "3a",
        "train_epoch",
        "training.py",
        "train_epoch(model, loader, loss_function, optimizer, device)",
        "float: 배치 손실의 합 / 이미지 수 = sum of batch losses / number of images",
        Words(
            "model을 학습 모드로 두고, loader가 주는 (images, labels)마다 device로 옮기기, 순전파, loss_function, 기울기 지우기, "
            "backward, step을 한 번씩 하세요. 손실은 숫자로 더해 두었다가 이미지 수로 나누어 return 하세요.",
            "Put the model into training mode. For each (images, labels) of the loader: move the images to the device, "
            "forward, loss_function, forget old gradients, backward, step. Add up the losses as numbers, return their sum "
            "divided by the number of images.",
        ),
    ),
    Task(
        "3b",
        "train",
        "training.py",
        "train(model, loader, epochs, learning_rate, device)",
        "list: 에폭마다 float 하나 = one float an epoch",
        Words(
            "model을 device로 옮기고, torch.optim.Adam을 만들고, epochs번 train_epoch를 vae.loss의 loss_function으로 부르세요. "
            "매번 받은 값을 리스트에 모아 return 하세요.",
            "Move the model to the device, make a torch.optim.Adam, and call train_epoch `epochs` times with the "
            "loss_function of vae.loss. Collect what it returns in a list and return the list.",
        ),
    ),
    Task(
        "4a",
        "generate",
        "latent.py",
        "generate(model, count, device)",
        "(count, 1, 28, 28), [0, 1], 기울기 없음 = no gradient",
        Words(
            "사전분포 N(0, I)에서 코드 z를 (count, model.latent_dim) 모양으로 device에 뽑고, model.decode(z)를 이미지 모양으로 바꿔 "
            "return 하세요. 기울기는 끄세요.",
            "Draw codes z (count, model.latent_dim) from the prior N(0, I) on the device, and return model.decode(z) in the "
            "shape of images. Switch gradients off.",
        ),
    ),
    Task(
        "4b",
        "interpolate",
        "latent.py",
        "interpolate(model, x_start, x_end, steps)",
        "(steps, 1, 28, 28): mu(x_start) -> mu(x_end)",
        Words(
            "두 이미지를 model.encode로 코드 mu로 바꾸고, 두 mu를 잇는 직선 위에 양 끝을 포함한 점 steps개를 고르게 놓아 "
            "model.decode한 이미지를 return 하세요. 기울기는 끄세요.",
            "Turn both images into their codes mu with model.encode, put `steps` evenly spaced points on the line between "
            "them, both ends included, and return the images that model.decode makes of them. Switch gradients off.",
        ),
    ),
    Task(
        "4c",
        "restore",
        "latent.py",
        "restore(model, x, known, iterations)",
        "(N, 1, 28, 28): known = 1 -> x, known = 0 -> model",
        Words(
            "모르는 픽셀(known = 0)에 0.5를 넣고 시작하세요. iterations번, 이미지 전체를 encode의 mu와 decode로 재구성해 모르는 픽셀에만 "
            "넣으세요. 알려진 픽셀은 x의 값 그대로이고, x와 known은 바꾸지 않습니다. 기울기는 끄세요.",
            "Begin with 0.5 in the unknown pixels (known = 0). In each of the iterations reconstruct the whole image through "
            "the mu of encode and decode, and put that into the unknown pixels alone. Known pixels keep the values of x; x "
            "and known stay as they were. Switch gradients off.",
        ),
    ),
)
BY_ID = {task.id: task for task in TASKS}
FILES = tuple(dict.fromkeys(task.file for task in TASKS))


def named(name: str) -> list[Task]:
    """The tasks that a word of the command line means: "2b", "2", "kl_divergence", "loss" or "loss.py".

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
    """The tasks whose checks lie in a file of checks: "test_2_loss.py" holds 2a, 2b and 2c."""
    return [task for task in TASKS if file.startswith(f"test_{task.part}_")]
