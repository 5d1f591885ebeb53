"""Task 3: train_epoch and train in vae/training.py.

`train_epoch` gets a stand-in model and loss. `train` uses your vae.loss.loss_function.
"""

import pytest
import torch
from explain import explain, likely, named
from torch.optim.optimizer import register_optimizer_step_post_hook

from vae.data import Images, loader
from vae.desk.language import Words
from vae.training import train, train_epoch

ORDER = (
    "순서를 확인하세요. 기울기 지우기(zero_grad), backward, step입니다.",
    "Check the order: clear gradients (zero_grad), backward, step.",
)


def squared_error(recon_x, x, mu, log_var):
    return (recon_x - x.flatten(1)).square().sum() + mu.square().sum() + log_var.square().sum()


def batches(count=10, shuffle=False):
    """Random images in batches of 4; of 10 images, the last batch holds only 2."""
    return loader(
        Images(torch.rand(count, 1, 28, 28), torch.zeros(count).long()), batch_size=4, shuffle=shuffle
    )


def sgd(model, learning_rate):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


@pytest.mark.task3a
def test_the_mean_is_taken_over_images(quiet_model):
    """The result is a float: the sum of the batch losses divided by the number of images. / 결과는 배치 손실의 합을 이미지 수로 나눈 float입니다."""
    data = batches()
    images = data.dataset.images
    with torch.no_grad():
        losses = [
            squared_error(*_with(quiet_model, images[i : i + 4])).item() for i in range(0, len(images), 4)
        ]
    result = train_epoch(quiet_model, data, squared_error, sgd(quiet_model, 0.0), "cpu")
    called = "train_epoch(model, loader, ...), N = 4 + 4 + 2, lr = 0"
    expected = sum(losses) / 10
    kinds = {
        type(None): (
            "return이 없습니다. 계산한 값을 return 하세요.",
            "There is no return. Return the value you computed.",
        ),
        torch.Tensor: (
            "텐서가 아니라 숫자를 더하세요. loss.item()을 쓰면 됩니다.",
            "Add up numbers, not tensors: loss.item().",
        ),
    }
    number = ("Python float를 반환하세요.", "Return a Python float.")
    assert isinstance(result, float), explain(
        called, named(result), f"float: {expected:.4f}", kinds.get(type(result), number)
    )
    mistakes = {
        (
            "이미지 수가 아니라 배치 수(3)로 나누었습니다.",
            "You divided by the number of batches (3), not of images.",
        ): sum(losses) / 3,
        (
            "나누지 않은 합입니다. 이미지 수로 나누세요.",
            "This is the sum. Divide by the number of images.",
        ): sum(losses),
        (
            "마지막 배치의 손실만 나왔습니다. 배치마다 더하나요?",
            "This is the loss of the last batch only. Do you add up all batches?",
        ): losses[-1],
        (
            "첫 배치의 손실만 나왔습니다. return이 for 안에 있나요?",
            "This is the loss of the first batch only. Is the return inside the for loop?",
        ): losses[0],
        (
            "첫 배치에서 끝났습니다. return이 for 안에 있나요?",
            "It ended after the first batch. Is the return inside the for loop?",
        ): losses[0] / 10,
    }
    other = (
        "배치 손실을 모두 더해 이미지 수(len(loader.dataset))로 나누었나요?",
        "Did you add up all batch losses and divide by the number of images, len(loader.dataset)?",
    )
    assert result == pytest.approx(expected, rel=1e-4), explain(
        called, f"{result:.4f}", f"{expected:.4f}", likely(result, mistakes, other)
    )


@pytest.mark.task3a
def test_one_step_a_batch_in_training_mode(quiet_model):
    """Each batch makes one optimiser step, in training mode. / 배치마다 학습 모드에서 optimizer.step()을 한 번씩 호출합니다."""
    optimizer, modes = sgd(quiet_model.eval(), 1e-5), []
    optimizer.register_step_pre_hook(lambda *_: modes.append(quiet_model.training))
    train_epoch(quiet_model, batches(), squared_error, optimizer, "cpu")
    if not modes:
        cause = (
            "optimizer.step()을 호출하지 않아 매개변수가 그대로입니다.",
            "optimizer.step() is not called, so no parameter changes.",
        )
    elif len(modes) < 3:
        cause = (
            "배치 수보다 step이 적습니다. step은 for 안에, return은 for 밖에 있나요?",
            "There are fewer steps than batches. Is step inside the for loop, and return outside?",
        )
    elif len(modes) > 3:
        cause = ("step은 배치마다 한 번만 호출하세요.", "Call step only once per batch.")
    else:
        cause = (
            "모델이 평가 모드입니다. 먼저 model.train()을 호출하세요.",
            "The model is in evaluation mode. Call model.train() first.",
        )
    assert modes == [True] * 3, explain(
        "model.eval(); train_epoch(model, loader, ...), len(loader) = 3",
        f"optimizer.step() x {len(modes)}, model.training = {modes}",
        "optimizer.step() x 3, model.training = [True, True, True]",
        cause,
    )


@pytest.mark.task3a
def test_each_step_uses_its_own_gradient(quiet_model):
    """Gradients of earlier batches are cleared. / 이전 배치의 기울기는 매번 지워야 합니다."""
    data = batches(12)
    # Equal batches and a learning rate of 0, so the gradients are equal at each step.
    data.dataset.images[:] = data.dataset.images[0]
    optimizer, sizes = sgd(quiet_model, 0.0), []
    weight = quiet_model.encoder.weight
    optimizer.register_step_post_hook(  # after the step, because a closure computes its gradient inside step
        lambda *_: sizes.append(0.0 if weight.grad is None else weight.grad.norm().item())
    )
    train_epoch(quiet_model, data, squared_error, optimizer, "cpu")
    if not any(sizes):
        cause = (
            "step할 때 기울기가 없습니다. backward가 빠졌거나, zero_grad가 backward와 step 사이에 있습니다.",
            "There is no gradient at step: backward is missing, or zero_grad is between backward and step.",
        )
    elif min(sizes) > 0 and sizes == sorted(sizes):
        cause = (
            "기울기가 계속 쌓입니다. 배치마다 optimizer.zero_grad()를 호출하세요.",
            "Gradients pile up. Call optimizer.zero_grad() for each batch.",
        )
    else:
        cause = ORDER
    assert min(sizes, default=0) > 0 and max(sizes) == pytest.approx(min(sizes), rel=1e-3), explain(
        Words("train_epoch, 똑같은 배치 3개", "train_epoch, 3 equal batches"),
        f"|encoder.weight.grad|: {[round(size, 3) for size in sizes]}",
        Words("0이 아닌 같은 값", "equal and not 0"),
        cause,
    )


@pytest.mark.task3a
def test_the_loss_falls(quiet_model):
    """The loss falls within five epochs. / 다섯 에폭 안에 손실이 줄어듭니다."""
    data, optimizer = batches(), torch.optim.Adam(quiet_model.parameters(), lr=1e-2)
    losses = [train_epoch(quiet_model, data, squared_error, optimizer, "cpu") for _ in range(5)]
    assert losses[-1] < 0.95 * losses[0], explain(
        "[train_epoch(...) for _ in range(5)]",
        [round(loss, 2) for loss in losses],
        Words("줄어드는 값", "falling values"),
        ORDER,
    )


@pytest.mark.task3b
def test_one_mean_loss_an_epoch(quiet_model):
    """train returns a list with one float per epoch, and the loss falls. / train은 에폭당 float 하나씩을 담은 리스트를 돌려주고, 손실은 줄어듭니다."""
    losses = train(quiet_model, batches(shuffle=True), epochs=4, learning_rate=1e-2, device="cpu")
    one = ("에폭마다 값을 하나씩 리스트에 모으나요?", "Do you collect one value per epoch in a list?")
    kinds = {
        type(None): (
            "return이 없습니다. 계산한 값을 return 하세요.",
            "There is no return. Return the value you computed.",
        ),
        float: (
            "값 하나만 반환했습니다. 에폭마다 나온 값을 리스트에 모으세요.",
            "You returned only one value. Collect the values of all epochs in a list.",
        ),
    }
    assert isinstance(losses, list) and [isinstance(loss, float) for loss in losses] == [True] * 4, explain(
        "train(epochs=4)",
        str(losses)[:120],
        Words("float 네 개의 리스트", "a list of 4 floats"),
        kinds.get(type(losses), one),
    )
    assert losses[-1] < losses[0], explain(
        "train(epochs=4)",
        [round(loss, 2) for loss in losses],
        Words("줄어드는 값", "falling values"),
        (
            "vae.loss의 loss_function을 최소화하나요? (2c와 3a의 검사는 통과하나요?)",
            "Do you minimise loss_function from vae.loss? (Do the checks of 2c and 3a pass?)",
        ),
    )


@pytest.mark.task3b
def test_adam_moves_every_parameter_by_the_learning_rate(quiet_model):
    """Adam's first step moves every weight by about the learning rate. / Adam의 첫 step은 모든 가중치를 학습률만큼 바꿉니다."""
    before = {name: value.detach().clone() for name, value in quiet_model.named_parameters()}
    train(quiet_model, batches(4), epochs=1, learning_rate=0.01, device="cpu")  # one batch, so one step
    moved = {
        name: round((value - before[name]).abs().max().item(), 5)
        for name, value in quiet_model.named_parameters()
    }
    if any(moved.values()) and not all(moved.values()):
        cause = (
            "바뀌지 않은 매개변수가 있습니다. Adam에 model.parameters() 전체를 넘기세요.",
            "Some parameters do not change. Pass all of model.parameters() to Adam.",
        )
    elif all(abs(distance - 0.001) < 1e-4 for distance in moved.values()):
        cause = (
            "Adam의 기본 학습률 0.001을 썼습니다. lr=learning_rate를 넘기세요.",
            "This is Adam's default learning rate, 0.001. Pass lr=learning_rate.",
        )
    else:
        cause = (
            "torch.optim.Adam에 lr=learning_rate를 넘겼나요? 다른 옵티마이저를 쓰지는 않았나요?",
            "Do you pass lr=learning_rate to torch.optim.Adam? Do you use another optimiser?",
        )
    assert all(distance == pytest.approx(0.01, rel=0.05) for distance in moved.values()), explain(
        "train(epochs=1, learning_rate=0.01), len(loader) = 1",
        f"max |after - before|: {moved}",
        "0.01",
        cause,
    )


@pytest.mark.task3b
def test_adam_keeps_its_memory(quiet_model):
    """One Adam is made once and used for the whole training. / Adam은 한 번만 만들어 학습 내내 씁니다."""
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
        cause = (
            "한 에폭만 학습했습니다. epochs번 반복하나요?",
            "There was only one epoch. Do you repeat it `epochs` times?",
        )
    else:
        cause = ("Adam을 반복문 밖에서 한 번만 만드세요.", "Make Adam once, outside the loop.")
    # No steps are seen if Adam is written by hand. The check above sees that the parameters change.
    assert steps in ([], [1, 2, 3, 4, 5, 6]), explain(
        "train(epochs=2), len(loader) = 3",
        f"Adam, state['step']: {steps}",
        "[1, 2, 3, 4, 5, 6]",
        cause,
    )


def _with(model, x):
    recon_x, mu, log_var = model(x)
    return recon_x, x, mu, log_var
