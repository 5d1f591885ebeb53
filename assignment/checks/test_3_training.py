"""Task 3: train_epoch and train in vae/training.py.

`train_epoch` gets a stand-in model and loss. `train` gets stand-ins for vae.loss and, if it calls that, train_epoch.
"""

import pytest
import torch
from alone import MOVED, batches, in_place_of, on_one_device, outputs, sgd, squared_error, without_the_loss
from explain import NOTHING, explain, likely, named
from torch.optim.optimizer import register_optimizer_step_post_hook

from vae.desk.language import Words

with without_the_loss():
    from vae.training import train, train_epoch


@pytest.mark.task3a
def test_the_mean_is_taken_over_images(quiet_model):
    """The result is a float: the sum of the batch losses divided by the number of images. / 결과는 배치 손실의 합을 이미지 수로 나눈 float입니다."""
    data = batches()
    images = data.dataset.images
    with torch.no_grad():
        losses = [
            squared_error(*outputs(quiet_model, images[i : i + 4])).item() for i in range(0, len(images), 4)
        ]
    result = train_epoch(quiet_model, data, squared_error, sgd(quiet_model, 0.0), "cpu")
    called = "train_epoch(model, loader, ...), N = 4 + 4 + 2, lr = 0"
    expected = sum(losses) / 10
    kinds = {
        type(None): NOTHING,
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
            "첫 배치에서 끝났습니다. return이 for 안에 있나요?",
            "It ended after the first batch. Is the return inside the for loop?",
        ): losses[0] / 10,
    }
    other = (
        "인자로 받은 loss_function의 값을 모두 더해 이미지 수(len(loader.dataset))로 나누세요.",
        "Add up the values of the argument loss_function and divide by the number of images, len(loader.dataset).",
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
def test_each_step_uses_the_gradient_of_the_loss(quiet_model):
    """Each step uses the gradient of its own batch's loss, unchanged. / step마다 그 배치의 손실에서 나온 기울기를 그대로 씁니다."""
    data, weight, found = batches(12), quiet_model.encoder.weight, {}
    # Equal batches and a learning rate of 0, so the gradients are equal at each step.
    data.dataset.images[:] = data.dataset.images[0]
    [expected] = torch.autograd.grad(squared_error(*outputs(quiet_model, data.dataset.images[:4])), weight)
    for size in (100, 10_000):
        optimizer, found[size] = sgd(quiet_model, 0.0), []

        def note(*_, size=size):  # after the step, because a closure computes its gradient inside step
            grad = torch.zeros_like(weight) if weight.grad is None else weight.grad
            found[size].append(float(f"{(grad * expected).sum() / expected.square().sum() / size:.4g}"))

        def loss(recon_x, x, mu, log_var, size=size):
            return size * squared_error(recon_x, x, mu, log_var)

        optimizer.register_step_post_hook(note)
        train_epoch(quiet_model, data, loss, optimizer, "cpu")
    first, *_, last = found[100] or [0, 0]
    if not first:
        cause = (
            "step할 때 기울기가 없습니다. zero_grad, backward, step 순서로 호출하세요. backward가 빠졌거나, zero_grad가 backward와 step 사이에 있습니다.",
            "There is no gradient at step: the order is zero_grad, backward, step. backward is missing or late, or zero_grad is between the two.",
        )
    elif last > 2 * first > 0:
        cause = (
            "기울기가 계속 쌓입니다. for 안에서 배치마다 optimizer.zero_grad()를 호출하세요.",
            "Gradients pile up. Call optimizer.zero_grad() for each batch, inside the loop.",
        )
    elif abs(found[10_000][0]) < 0.5 * abs(first):
        cause = (
            "step 앞에서 기울기를 줄였습니다 (clip_grad_norm_, clip_grad_value_). 기울기를 그대로 쓰세요.",
            "Gradients are cut before the step (clip_grad_norm_, clip_grad_value_). Use them as they are.",
        )
    else:
        cause = (
            f"backward를 loss_function의 값이 아니라 그 {first}배에 호출했습니다. 손실을 나누거나 부호를 바꾸지 말고 backward 하세요.",
            f"backward runs on {first} times the value of loss_function. Don't divide the loss or flip its sign before backward.",
        )
    assert [*found.values()] == [pytest.approx([1] * 3, rel=1e-3)] * 2, explain(
        Words("train_epoch, 똑같은 배치 3개", "train_epoch, 3 equal batches"),
        f"encoder.weight.grad / (d loss / d encoder.weight) = {found[100]}",
        "[1.0, 1.0, 1.0]",
        cause,
    )


@pytest.mark.task3a
def test_each_batch_is_moved_to_the_device(quiet_model):
    """Each batch is moved to the device. / 배치마다 이미지를 device로 옮깁니다."""
    given = quiet_model.to("meta"), batches(4), squared_error, sgd(quiet_model.to("meta"), 0.1), "meta"
    on_one_device(
        lambda: train_epoch(*given), "train_epoch(model, loader, loss_function, optimizer, GPU)", MOVED
    )


@pytest.fixture
def training(monkeypatch):
    """Let `train` call stand-ins. In place of train_epoch: one step on made-up gradients; it returns the mean loss."""

    def one_step(model, data, loss_function, optimizer, device):
        images = data.dataset.images.to(device)
        for weight in model.parameters():
            weight.grad = torch.ones_like(weight)
        model.encoder.weight.grad[:, 0] = 0
        optimizer.step()
        return loss_function(*outputs(model, images)).item() / len(images)

    monkeypatch.setattr("vae.training.train_epoch", in_place_of(train_epoch, one_step))
    with without_the_loss():
        yield


@pytest.mark.task3b
def test_adam_moves_every_parameter_by_the_learning_rate(training, quiet_model):
    """Adam's first step moves every weight by about the learning rate. / Adam의 첫 step은 모든 가중치를 학습률만큼 바꿉니다."""
    before = {name: value.detach().clone() for name, value in quiet_model.named_parameters()}
    train(quiet_model, batches(4), epochs=1, learning_rate=0.01, device="cpu")  # one batch, so one step
    moved = {
        name: round((value - before[name]).abs().max().item(), 5)
        for name, value in quiet_model.named_parameters()
    }
    if not any(moved.values()):
        cause = (
            "매개변수가 하나도 바뀌지 않습니다. Adam을 만들고 train_epoch을 epochs번 호출하세요.",
            "No parameter changes. Make Adam and call train_epoch `epochs` times.",
        )
    elif not all(moved.values()):
        cause = (
            "바뀌지 않은 매개변수가 있습니다. Adam에 model.parameters() 전체를 넘기세요.",
            "Some parameters do not change. Pass all of model.parameters() to Adam.",
        )
    elif all(abs(distance - 0.001) < 1e-4 for distance in moved.values()):
        cause = (
            "learning_rate가 아니라 0.001(Adam의 기본값)만큼 바뀌었습니다. Adam에 lr=learning_rate를 넘기세요.",
            "The weights move by 0.001, Adam's default, not by learning_rate. Pass lr=learning_rate to Adam.",
        )
    else:
        cause = (
            "옵티마이저는 torch.optim.Adam이고, lr=learning_rate를 넘겨야 합니다.",
            "The optimiser has to be torch.optim.Adam, with lr=learning_rate.",
        )
    assert all(distance == pytest.approx(0.01, rel=0.05) for distance in moved.values()), explain(
        "train(epochs=1, learning_rate=0.01), len(loader) = 1",
        f"max |after - before|: {moved}",
        "0.01",
        cause,
    )


@pytest.mark.task3b
def test_one_mean_loss_an_epoch(training, quiet_model):
    """train returns a list with the mean loss per image of each epoch, as floats. / train은 에폭마다 이미지당 평균 손실을 float으로 담은 리스트를 돌려줍니다."""
    data = batches(shuffle=True)
    expected = squared_error(*outputs(quiet_model, data.dataset.images)).item() / 10
    losses = train(quiet_model, data, epochs=4, learning_rate=1e-9, device="cpu")
    one = (
        "리스트에는 에폭마다 float 하나씩, 모두 epochs개가 있어야 합니다. range(epochs)는 epochs번 반복합니다.",
        "The list needs one float per epoch, `epochs` in all. range(epochs) repeats `epochs` times.",
    )
    kinds = {
        type(None): NOTHING,
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
    assert losses == pytest.approx([expected] * 4, rel=1e-3), explain(
        "train(epochs=4, learning_rate=1e-9)",
        [round(loss, 2) for loss in losses],
        f"4 * [{expected:.2f}]",
        (
            "train_epoch에 vae.loss의 loss_function을 넘기고, train_epoch이 돌려준 값을 그대로 모으세요.",
            "Pass loss_function from vae.loss to train_epoch, and collect what train_epoch returns, unchanged.",
        ),
    )


@pytest.mark.task3b
def test_one_adam_with_its_defaults(training, quiet_model):
    """One Adam is made once, with its defaults apart from the learning rate, and used for the whole training. / 학습률만 정하고 나머지는 기본값인 Adam을 한 번만 만들어 학습 내내 씁니다."""
    data, steps, others = batches(4), [], {}
    data.dataset.images[:, :, 0, 0] = 0  # so the weights of this pixel have a gradient of 0
    before = quiet_model.encoder.weight[:, 0].clone()
    right = torch.optim.Adam([torch.zeros(1)], 0.01).param_groups[0]

    def note(optimizer, *_):  # never called if Adam is written by hand
        steps.append(max((int(state.get("step", 0)) for state in optimizer.state.values()), default=0))
        if not isinstance(optimizer, (torch.optim.Adam, torch.optim.AdamW)):
            others["optimizer"] = type(optimizer).__name__
        for key in ("lr", "betas", "eps", "weight_decay", "amsgrad"):
            for group in optimizer.param_groups:
                if group.get(key) != right[key]:
                    others[key] = group.get(key)

    hook = register_optimizer_step_post_hook(note)
    try:
        train(quiet_model, data, epochs=3, learning_rate=0.01, device="cpu")
    finally:
        hook.remove()
    if not torch.equal(quiet_model.encoder.weight[:, 0], before):
        others.setdefault("weight_decay", "?")
    if "optimizer" in others:
        name = others["optimizer"]
        cause = (f"{name} 대신 torch.optim.Adam을 쓰세요.", f"Use torch.optim.Adam instead of {name}.")
    elif "weight_decay" in others:
        cause = (
            "가중치 감쇠(weight decay)가 있습니다. AdamW나 weight_decay 없이 torch.optim.Adam에 lr=learning_rate만 넘기세요.",
            "There is weight decay. Use torch.optim.Adam with lr=learning_rate only: no AdamW, no weight_decay, no penalty.",
        )
    elif others:
        cause = (
            "torch.optim.Adam에 lr=learning_rate만 넘기고, 다른 설정은 기본값으로 두고 학습 중에 바꾸지 마세요.",
            "Pass only lr=learning_rate to torch.optim.Adam. Leave its other settings alone, also during training.",
        )
    else:
        cause = (
            "Adam을 반복문 밖에서 한 번만 만들고, train_epoch을 epochs번 호출하세요.",
            "Make Adam once, outside the loop, and call train_epoch `epochs` times.",
        )
    assert steps in ([], [1, 2, 3]) and not others, explain(
        "train(epochs=3, learning_rate=0.01), len(loader) = 1",
        f"Adam, state['step']: {steps} {others or ''}",
        "[1, 2, 3]",
        cause,
    )


@pytest.mark.task3b
def test_model_and_batches_are_moved_to_the_device(training, quiet_model):
    """The model and each batch are moved to the device. / 모델과 배치의 이미지를 device로 옮깁니다."""
    called = "train(model, loader, epochs, learning_rate, GPU)"
    on_one_device(lambda: train(quiet_model, batches(4), 1, 0.01, "meta"), called, MOVED)
    assert quiet_model.encoder.weight.is_meta, explain(called, "model: CPU", "model: GPU", MOVED)
