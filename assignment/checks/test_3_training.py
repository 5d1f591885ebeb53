"""Task 3: train_epoch and train in vae/training.py.

`train_epoch` gets a stand-in model and loss. `train` uses your vae.loss.loss_function.
"""

import pytest
import torch
from explain import explain
from torch.optim.optimizer import register_optimizer_step_post_hook

from vae.data import Images, loader
from vae.training import train, train_epoch


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
    """The result is a float: the sum of the batch losses divided by the number of images."""
    data = batches()
    recon_x, mu, log_var = quiet_model(data.dataset.images)
    expected = squared_error(recon_x, data.dataset.images, mu, log_var).item() / 10
    result = train_epoch(quiet_model, data, squared_error, sgd(quiet_model, 0.0), "cpu")
    assert isinstance(result, float) and result == pytest.approx(expected, rel=1e-4), explain(
        "train_epoch: 10 images in batches of 4, 4, 2; nothing moves",
        f"{result!r}",
        expected,
        "이미지 수(배치 수가 아님)로 나눈 파이썬 float인가요? / "
        "Is it a Python float, divided by images, not batches?",
    )


@pytest.mark.task3a
def test_one_step_a_batch_in_training_mode(quiet_model):
    """Each batch makes one optimiser step, with the model in training mode."""
    optimizer, modes = sgd(quiet_model.eval(), 1e-5), []
    optimizer.register_step_pre_hook(lambda *_: modes.append(quiet_model.training))
    train_epoch(quiet_model, batches(), squared_error, optimizer, "cpu")
    assert modes == [True] * 3, explain(
        "train_epoch: 3 batches",
        f"{len(modes)} steps, model.training = {modes}",
        "3 steps, [True, True, True]",
        "return이 반복문 안에 있나요? model.train()을 불렀나요? / "
        "Is the return inside the loop? Is model.train() called?",
    )


@pytest.mark.task3a
def test_each_step_uses_its_own_gradient(quiet_model):
    """Gradients of earlier batches are forgotten."""
    data = batches(12)
    data.dataset.images[:] = data.dataset.images[
        0
    ]  # equal batches and no movement: equal gradients at each step
    optimizer, sizes = sgd(quiet_model, 0.0), []
    weight = quiet_model.encoder.weight
    optimizer.register_step_pre_hook(
        lambda *_: sizes.append(0.0 if weight.grad is None else weight.grad.norm().item())
    )
    train_epoch(quiet_model, data, squared_error, optimizer, "cpu")
    assert min(sizes) > 0 and max(sizes) == pytest.approx(min(sizes), rel=1e-3), explain(
        "train_epoch: 3 equal batches",
        f"gradient sizes at the steps: {sizes}",
        "0이 아닌 같은 값 / equal and not 0",
        "커진다면 zero_grad가 빠졌고, 0이라면 backward와 step 사이에 있습니다. / "
        "Growing: zero_grad is missing. Zero: it stands between backward and step.",
    )


@pytest.mark.task3a
def test_the_loss_falls(quiet_model):
    """Five epochs bring the loss down."""
    data, optimizer = batches(), torch.optim.Adam(quiet_model.parameters(), lr=1e-2)
    losses = [train_epoch(quiet_model, data, squared_error, optimizer, "cpu") for _ in range(5)]
    assert losses[-1] < 0.95 * losses[0], explain(
        "train_epoch, 5 times",
        losses,
        "줄어드는 값 / falling values",
        "순서를 보세요: zero_grad, backward, step. / Mind the order: zero_grad, backward, step.",
    )


@pytest.mark.task3b
def test_one_mean_loss_an_epoch(quiet_model):
    """train returns a list with one float for each epoch, and the loss falls."""
    losses = train(quiet_model, batches(shuffle=True), epochs=4, learning_rate=1e-2, device="cpu")
    assert isinstance(losses, list) and [type(loss) for loss in losses] == [float] * 4, explain(
        "train(epochs=4)",
        losses,
        "float 네 개의 리스트 / a list of 4 floats",
        "에폭마다 값 하나를 모으나요? / Do you collect one value an epoch?",
    )
    assert losses[-1] < losses[0], explain(
        "train(epochs=4)",
        losses,
        "줄어드는 값 / falling values",
        "vae.loss.loss_function을 최소화하나요? (과제 2c, 3a도 확인) / "
        "Is it minimised? (See tasks 2c and 3a, too.)",
    )


@pytest.mark.task3b
def test_adam_moves_every_parameter_by_the_learning_rate(quiet_model):
    """Adam's first step moves weights of the encoder and the decoder by about the learning rate."""
    before = {name: value.detach().clone() for name, value in quiet_model.named_parameters()}
    train(quiet_model, batches(4), epochs=1, learning_rate=0.01, device="cpu")  # one batch, so one step
    moved = {
        name: (value - before[name]).abs().max().item() for name, value in quiet_model.named_parameters()
    }
    assert all(distance == pytest.approx(0.01, rel=0.05) for distance in moved.values()), explain(
        "train(epochs=1, learning_rate=0.01), one batch",
        f"largest movements {moved}",
        "0.01",
        "torch.optim.Adam에 model.parameters() 전체와 learning_rate를 주었나요? / "
        "Does torch.optim.Adam get all of model.parameters(), and the learning_rate?",
    )


@pytest.mark.task3b
def test_adam_keeps_its_memory(quiet_model):
    """One Adam serves the whole training: it has counted the steps of every epoch."""
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
    assert steps == [1, 2, 3, 4, 5, 6], explain(
        "train(epochs=2), 3 batches an epoch",
        f"Adam's step counter: {steps}",
        [1, 2, 3, 4, 5, 6],
        "Adam을 반복문 밖에서 한 번만 만드세요. / Make Adam once, outside of the loop.",
    )
