"""Task 2: reconstruction_loss, kl_divergence and loss_function in vae/loss.py. Losses are in nats."""

import math

import pytest
import torch
from alone import in_place_of
from explain import explain, tensor, untouched

from vae import loss as student
from vae.desk.language import Words
from vae.loss import kl_divergence, loss_function, reconstruction_loss

SUM = (
    "식의 두 항을 확인하고 recon_x와 x의 값을 그대로 쓰세요. 모든 이미지의 모든 픽셀에 대해 평균이 아니라 합을 구하세요.",
    "Compare both terms with the formula, with recon_x and x as they are. Take the sum, not the mean, over all pixels of all images.",
)
CONSTANT = (
    "기울기가 끊겼습니다. 코드에 detach, .item(), no_grad, torch.tensor(...)가 있는지 찾아보세요.",
    "The gradient is cut: look for detach, .item(), no_grad, torch.tensor(...).",
)


TERMS = (
    "식의 네 항과 부호, 1/2, 괄호를 하나씩 확인하세요. sigma²은 log_var에서 구하고, 모든 원소에 대해 더하세요.",
    "Compare the four terms with the formula: their signs, the 1/2, the brackets. Get sigma² from log_var, and sum over all elements.",
)


def close(value, expected):
    found, wanted = (torch.as_tensor(each, dtype=torch.float64) for each in (value, expected))
    return torch.allclose(found, wanted, rtol=1e-4, atol=1e-3)


def own_sum(*given, **named):
    """loss_function with stand-ins for 2a and 2b, which are right at recon_x = 0.5, mu = 4, log_var = 0."""
    stand_ins = {
        "reconstruction_loss": lambda recon_x, *_: 2 * math.log(2) * recon_x.sum(),
        "kl_divergence": lambda mu, log_var, *_: 2 * mu.sum() + log_var.sum(),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, stand_in in stand_ins.items():
            patch.setattr(student, name, in_place_of(getattr(student, name), stand_in))
        return loss_function(*given, **named)


@pytest.mark.task2a
def test_a_grey_guess_costs_784_ln_2():
    """A guess of 0.5 costs ln 2 per pixel, whatever the image. / 모든 픽셀을 0.5로 예측하면 어떤 이미지든 손실은 픽셀당 ln 2입니다."""
    x = torch.rand(3, 1, 28, 28)
    called = "reconstruction_loss(recon_x=0.5, x), N=3"
    loss = tensor(reconstruction_loss(torch.full((3, 784), 0.5), x), (), called)
    expected = 3 * 784 * math.log(2)
    assert close(loss, expected), explain(called, loss, f"3 * 784 * ln 2 = {expected:.2f}", SUM)


@pytest.mark.task2a
def test_bright_and_dark_pixels_both_count():
    """Bright pixels cost -log p, dark ones -log(1 - p). / 밝은 픽셀의 손실은 -log p, 어두운 픽셀의 손실은 -log(1 - p)입니다."""
    x = torch.zeros(2, 784)
    x[:, :392] = 1
    recon_x = torch.where(x == 1, 0.9, 0.2)
    bright, dark = -2 * 392 * math.log(0.9), -2 * 392 * math.log(0.8)
    for images in (x, x.view(2, 1, 28, 28)):
        called = f"reconstruction_loss(recon_x (2, 784), x {tuple(images.shape)})"
        loss = tensor(reconstruction_loss(recon_x, images), (), called)
        assert close(loss, bright + dark), explain(
            called, loss, f"392 * 2 * (-log 0.9 - log 0.8) = {bright + dark:.2f}", SUM
        )


@pytest.mark.task2a
def test_certainty_costs_a_finite_amount():
    """The loss is finite even if recon_x is exactly 0 or 1. / recon_x가 정확히 0이나 1이어도 손실은 유한합니다."""
    x = torch.rand(1, 1, 28, 28)
    recon_x = torch.tensor([0.0, 1.0]).repeat(1, 392)
    called = "reconstruction_loss(recon_x=[0, 1, 0, 1, ...], x)"
    loss = untouched(reconstruction_loss, called, {"recon_x": recon_x, "x": x})
    assert torch.isfinite(loss), explain(
        called,
        loss,
        Words("유한한 값", "a finite value"),
        (
            "log(0)은 음의 무한대입니다. torch에 있는 손실 함수는 이 경우를 처리해 줍니다.",
            "log(0) is -infinity. The loss function in torch takes care of that.",
        ),
    )


@pytest.mark.task2a
def test_the_reconstruction_gets_a_gradient():
    """At recon_x = 0.5 the gradient is 2 - 4x. / recon_x = 0.5에서 기울기는 2 - 4x입니다."""
    x = torch.rand(2, 1, 28, 28)
    recon_x = torch.full((2, 784), 0.5, requires_grad=True)
    loss = reconstruction_loss(recon_x * 1, x)
    called = "reconstruction_loss(recon_x=0.5, x).backward(); recon_x.grad"
    assert loss.requires_grad, explain(called, "requires_grad = False", "2 - 4x", CONSTANT)
    loss.backward()
    grad = torch.zeros(2, 784) if recon_x.grad is None else recon_x.grad
    assert close(grad, 2 - 4 * x.flatten(1)), explain(
        called, grad, 2 - 4 * x.flatten(1), SUM if grad.any() else CONSTANT
    )


@pytest.mark.task2b
def test_the_prior_is_at_distance_zero():
    """The KL of the prior with itself is 0. / 사전분포와 자기 자신의 KL은 0입니다."""
    called = "kl_divergence(mu=0, log_var=0), shape (3, 4)"
    given = {"mu": torch.zeros(3, 4), "log_var": torch.zeros(3, 4)}
    kl = tensor(untouched(kl_divergence, called, given), (), called)
    assert abs(kl) < 1e-5, explain(called, kl, "0", TERMS)


@pytest.mark.task2b
def test_kl_by_hand():
    """Shifted, widened and narrowed posteriors have the KL that you can compute by hand. / 평균을 옮기거나 분산을 바꾼 사후분포의 KL은 손으로 계산한 값과 같습니다."""
    cases = {  # (mu, log_var): the KL of each of the 3 * 4 elements
        (1, 0): 1 / 2,
        (-2, 0): 4 / 2,
        (0, 1): (math.e - 2) / 2,
        (0, -3): (math.exp(-3) + 2) / 2,
    }
    for (mu, log_var), each in cases.items():
        called = f"kl_divergence(mu={mu}, log_var={log_var}), shape (3, 4)"
        given = {"mu": torch.full((3, 4), float(mu)), "log_var": torch.full((3, 4), float(log_var))}
        kl = tensor(untouched(kl_divergence, called, given), (), called)
        assert close(kl, 12 * each), explain(called, kl, f"12 * {each:.4f} = {12 * each:.4f}", TERMS)


@pytest.mark.task2b
def test_kl_pulls_the_posterior_to_the_prior():
    """The gradient with respect to mu is mu; with respect to log_var it is 0 at variance 1. / mu에 대한 기울기는 mu이고, log_var에 대한 기울기는 분산이 1일 때 0입니다."""
    mu, log_var = torch.randn(3, 4).requires_grad_(), torch.tensor([[-1.0, 0.0, 1.0]]).requires_grad_()
    for called, leaf, kl, expected in [
        (
            "kl_divergence(mu, 0).backward(); mu.grad",
            mu,
            kl_divergence(mu * 1, torch.zeros(3, 4)),
            mu.detach(),
        ),
        (
            "kl_divergence(0, log_var=[-1, 0, 1]).backward(); log_var.grad",
            log_var,
            kl_divergence(torch.zeros(1, 3), log_var * 1),
            torch.tensor([[-0.3161, 0.0, 0.8591]]),
        ),
    ]:
        assert kl.requires_grad, explain(called, "requires_grad = False", expected, CONSTANT)
        kl.backward()
        grad = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
        assert close(grad, expected), explain(called, grad, expected, TERMS if grad.any() else CONSTANT)


@pytest.mark.task2c
def test_the_loss_is_the_sum_of_both_terms():
    """The loss is the reconstruction loss plus the KL, without weights. / 손실은 재구성 손실과 KL의 합이고, 가중치는 없습니다."""
    given = {"recon_x": torch.full((2, 784), 0.5), "x": torch.rand(2, 1, 28, 28)}
    given |= {"mu": torch.full((2, 3), 4.0), "log_var": torch.zeros(2, 3)}
    called = "loss_function(recon_x=0.5, x, mu=4, log_var=0), N=2, D=3"
    loss = tensor(untouched(own_sum, called, given), (), called)
    other = (
        "2a와 2b의 값을 가중치나 음의 부호 없이 더하세요. 두 함수에 넘긴 인자와 순서도 확인하세요.",
        "Add the values of 2a and 2b, without a weight or a minus. Check the arguments you pass and their order.",
    )
    expected = 2 * 784 * math.log(2) + 48
    assert close(loss, expected), explain(called, loss, f"2 * (784 ln 2 + 24) = {expected:.2f}", other)


@pytest.mark.task2c
def test_the_loss_teaches_every_argument():
    """Gradients reach recon_x, mu and log_var. / 기울기가 recon_x, mu, log_var까지 모두 흐릅니다."""
    leaves = [torch.full(shape, 0.4, requires_grad=True) for shape in [(2, 784), (2, 3), (2, 3)]]
    recon_x, mu, log_var = (leaf * 1 for leaf in leaves)
    loss = own_sum(recon_x=recon_x, x=torch.rand(2, 1, 28, 28), mu=mu, log_var=log_var)
    if loss.requires_grad:
        loss.backward()
    reached = {
        name: leaf.grad is not None and bool(leaf.grad.any())
        for name, leaf in zip(("recon_x", "mu", "log_var"), leaves, strict=True)
    }
    assert all(reached.values()), explain(
        "loss_function(...).backward()", reached, Words("모두 True", "all True"), CONSTANT
    )
