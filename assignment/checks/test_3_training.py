"""Task 3: train_epoch and train in vae/training.py.

`train_epoch` gets a stand-in model and loss. `train` uses your vae.loss.loss_function.
"""

import pytest
import torch
from explain import explain, likely, named
from torch.optim.optimizer import register_optimizer_step_post_hook

from vae.data import Images, loader
from vae.training import train, train_epoch

ORDER = (
    "순서를 보세요: 기울기 지우기(zero_grad), backward, step.",
    "Mind the order: forget gradients (zero_grad), backward, step.",
)


def squared_error(recon_x, x, mu, log_var):
    return (recon_x - x.flatten(1)).square().sum() + mu.square().sum() + log_var.square().sum()


def batches(count=10, shuffle=False):
    """Random images in batches of 4: with 10 of them the last batch has only 2."""
    return loader(
        Images(torch.rand(count, 1, 28, 28), torch.zeros(count).long()), batch_size=4, shuffle=shuffle
    )


def sgd(model, learning_rate):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


@pytest.mark.task3a
def test_the_mean_is_taken_over_images(quiet_model):
    """The result is a float: batch losses added up, divided by the number of images. / 결과는 배치 손실의 합을 이미지 수로 나눈 float입니다."""
    data = batches()
    images = data.dataset.images
    with torch.no_grad():
        losses = [
            squared_error(*_with(quiet_model, images[i : i + 4])).item() for i in range(0, len(images), 4)
        ]
    result = train_epoch(quiet_model, data, squared_error, sgd(quiet_model, 0.0), "cpu")
    called = "train_epoch: 10 images in batches of 4, 4, 2; learning rate 0"
    expected = sum(losses) / 10
    kinds = {
        type(None): ("return이 없습니다.", "There is no return."),
        torch.Tensor: (
            "텐서가 아니라 숫자를 더하세요: loss.item().",
            "Add up numbers, not tensors: loss.item().",
        ),
    }
    number = ("파이썬 float를 반환하세요.", "Return a Python float.")
    assert isinstance(result, float), explain(
        called, named(result), f"float: {expected:.4f}", kinds.get(type(result), number)
    )
    mistakes = {
        (
            "이미지 수가 아니라 배치 수(3)로 나누었습니다.",
            "Divided by the number of batches (3), not of images.",
        ): sum(losses) / 3,
        ("합입니다. 이미지 수로 나누세요.", "This is the sum. Divide by the number of images."): sum(losses),
        ("마지막 배치의 손실뿐입니다.", "This is the last batch's loss alone."): losses[-1],
        (
            "첫 배치의 손실뿐입니다. return이 for 안에 있나요?",
            "The first batch alone. Is the return inside the for?",
        ): losses[0],
        (
            "첫 배치에서 끝났습니다. return이 for 안에 있나요?",
            "It ended with the first batch. Is the return inside the for?",
        ): losses[0] / 10,
    }
    other = (
        "배치 손실을 모두 더해 이미지 수(len(loader.dataset))로 나누었나요?",
        "Are all batch losses added up and divided by the number of images, len(loader.dataset)?",
    )
    assert result == pytest.approx(expected, rel=1e-4), explain(
        called, f"{result:.4f}", f"{expected:.4f}", likely(result, mistakes, other)
    )


@pytest.mark.task3a
def test_one_step_a_batch_in_training_mode(quiet_model):
    """Each batch makes one optimiser step, in training mode. / 배치마다 학습 모드에서 최적화기가 한 걸음 갑니다."""
    optimizer, modes = sgd(quiet_model.eval(), 1e-5), []
    optimizer.register_step_pre_hook(lambda *_: modes.append(quiet_model.training))
    train_epoch(quiet_model, batches(), squared_error, optimizer, "cpu")
    if not modes:
        cause = (
            "optimizer.step()을 부르지 않았습니다. 매개변수가 그대로입니다.",
            "optimizer.step() is not called, so no parameter moves.",
        )
    elif len(modes) < 3:
        cause = (
            "일찍 끝났습니다. return이나 step이 for 안팎의 어디에 있나요?",
            "It ends early. Do return and step stand inside or outside of the for?",
        )
    elif len(modes) > 3:
        cause = ("배치 하나에 step은 한 번입니다.", "There is one step a batch.")
    else:
        cause = (
            "평가 모드입니다. 처음에 model.train()을 부르세요.",
            "The model is in evaluation mode. Call model.train() first.",
        )
    assert modes == [True] * 3, explain(
        "train_epoch: 3 batches, model.eval() before",
        f"{len(modes)} steps, model.training = {modes}",
        "3 steps, model.training = [True, True, True]",
        cause,
    )


@pytest.mark.task3a
def test_each_step_uses_its_own_gradient(quiet_model):
    """Gradients of earlier batches are forgotten. / 지난 배치의 기울기는 지워집니다."""
    data = batches(12)
    # Equal batches and no movement: equal gradients at each step.
    data.dataset.images[:] = data.dataset.images[0]
    optimizer, sizes = sgd(quiet_model, 0.0), []
    weight = quiet_model.encoder.weight
    optimizer.register_step_post_hook(  # after the step: a closure makes its gradient within it
        lambda *_: sizes.append(0.0 if weight.grad is None else weight.grad.norm().item())
    )
    train_epoch(quiet_model, data, squared_error, optimizer, "cpu")
    if not any(sizes):
        cause = (
            "step할 때 기울기가 없습니다. backward가 빠졌거나, zero_grad가 backward와 step 사이에 있습니다.",
            "There is no gradient at the step: backward is missing, or zero_grad stands between backward and step.",
        )
    elif min(sizes) > 0 and sizes == sorted(sizes):
        cause = (
            "기울기가 쌓입니다. 배치마다 optimizer.zero_grad()를 부르세요.",
            "Gradients pile up. Call optimizer.zero_grad() for each batch.",
        )
    else:
        cause = ORDER
    assert min(sizes, default=0) > 0 and max(sizes) == pytest.approx(min(sizes), rel=1e-3), explain(
        "train_epoch: 3 equal batches",
        f"gradient sizes at the steps: {[round(size, 3) for size in sizes]}",
        "0이 아닌 같은 값 / equal and not 0",
        cause,
    )


@pytest.mark.task3a
def test_the_loss_falls(quiet_model):
    """Five epochs bring the loss down. / 다섯 에폭이면 손실이 줄어듭니다."""
    data, optimizer = batches(), torch.optim.Adam(quiet_model.parameters(), lr=1e-2)
    losses = [train_epoch(quiet_model, data, squared_error, optimizer, "cpu") for _ in range(5)]
    assert losses[-1] < 0.95 * losses[0], explain(
        "train_epoch, 5 times",
        [round(loss, 2) for loss in losses],
        "줄어드는 값 / falling values",
        ORDER,
    )


@pytest.mark.task3b
def test_one_mean_loss_an_epoch(quiet_model):
    """train returns a list with one float an epoch, and the loss falls. / train은 에폭마다 float 하나인 리스트를 돌려주고, 손실은 줄어듭니다."""
    losses = train(quiet_model, batches(shuffle=True), epochs=4, learning_rate=1e-2, device="cpu")
    one = ("에폭마다 값 하나를 모으나요?", "Do you collect one value an epoch?")
    kinds = {
        type(None): ("return이 없습니다.", "There is no return."),
        float: (
            "마지막 값만 반환했습니다. 리스트에 모으세요.",
            "Only one value is returned. Collect them in a list.",
        ),
    }
    assert isinstance(losses, list) and [isinstance(loss, float) for loss in losses] == [True] * 4, explain(
        "train(epochs=4)",
        str(losses)[:120],
        "float 네 개의 리스트 / a list of 4 floats",
        kinds.get(type(losses), one),
    )
    assert losses[-1] < losses[0], explain(
        "train(epochs=4)",
        [round(loss, 2) for loss in losses],
        "줄어드는 값 / falling values",
        (
            "vae.loss의 loss_function을 최소화하나요? (2c와 3a의 검사도 통과하나요?)",
            "Is vae.loss's loss_function minimised? (Are the checks of 2c and 3a green?)",
        ),
    )


@pytest.mark.task3b
def test_adam_moves_every_parameter_by_the_learning_rate(quiet_model):
    """Adam's first step moves every weight by about the learning rate. / Adam의 첫걸음은 모든 가중치를 학습률만큼 옮깁니다."""
    before = {name: value.detach().clone() for name, value in quiet_model.named_parameters()}
    train(quiet_model, batches(4), epochs=1, learning_rate=0.01, device="cpu")  # one batch, so one step
    moved = {
        name: round((value - before[name]).abs().max().item(), 5)
        for name, value in quiet_model.named_parameters()
    }
    if any(moved.values()) and not all(moved.values()):
        cause = (
            "움직이지 않은 매개변수가 있습니다. Adam에 model.parameters() 전체를 주세요.",
            "Some parameters do not move. Give Adam all of model.parameters().",
        )
    elif all(abs(distance - 0.001) < 1e-4 for distance in moved.values()):
        cause = (
            "Adam의 기본 학습률 0.001입니다. learning_rate를 넘기세요.",
            "This is Adam's own 0.001. Hand learning_rate on.",
        )
    else:
        cause = (
            "torch.optim.Adam을 lr=learning_rate로 쓰나요? 다른 최적화기는 아닌가요?",
            "Is it torch.optim.Adam with lr=learning_rate, and no other optimiser?",
        )
    assert all(distance == pytest.approx(0.01, rel=0.05) for distance in moved.values()), explain(
        "train(epochs=1, learning_rate=0.01), one batch",
        f"largest movements: {moved}",
        "0.01",
        cause,
    )


@pytest.mark.task3b
def test_adam_keeps_its_memory(quiet_model):
    """One Adam serves the whole training. / Adam 하나가 학습 전체를 맡습니다."""
    steps = []
    hook = register_optimizer_step_post_hook(
        lambda optimizer, *_: steps.append(
            max(int(state.get("step", 0)) for state in optimizer.state.values())
        )
    )
    try:
        train(quiet_model, batches(), epochs=2, learning_rate=1e-3, device="cpu")
    finally:
        hook.remove()
    if steps == [1, 2, 3]:
        cause = ("에폭을 한 번만 돌았습니다.", "There was only one epoch.")
    else:
        cause = ("Adam을 반복문 밖에서 한 번만 만드세요.", "Make Adam once, outside of the loop.")
    # No step at all: Adam written by hand, whose steps can't be counted. The check above sees that it moves.
    assert steps in ([], [1, 2, 3, 4, 5, 6]), explain(
        "train(epochs=2), 3 batches an epoch",
        f"Adam's step counter: {steps}",
        "[1, 2, 3, 4, 5, 6]",
        cause,
    )


def _with(model, x):
    recon_x, mu, log_var = model(x)
    return recon_x, x, mu, log_var
