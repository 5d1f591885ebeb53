"""Task 2: reconstruction_loss, kl_divergence and loss_function in vae/loss.py. Losses are in nats."""

import math

import pytest
import torch
from explain import explain

from vae.loss import kl_divergence, loss_function, reconstruction_loss

SUM = "합(sum)을 구했나요, 평균(mean)을 구했나요? / Did you take the sum, or a mean?"


def close(value, expected):
    return torch.allclose(
        torch.as_tensor(value), torch.as_tensor(expected, dtype=torch.float32), rtol=1e-4, atol=1e-3
    )


@pytest.mark.task2a
def test_a_grey_guess_costs_784_ln_2():
    """A guess of 0.5 in every pixel costs ln 2 a pixel, whatever the image."""
    x = torch.rand(3, 1, 28, 28)
    loss = reconstruction_loss(torch.full((3, 784), 0.5), x)
    expected = 3 * 784 * math.log(2)
    assert loss.shape == () and close(loss, expected), explain(
        "reconstruction_loss(recon_x=0.5, x), 3 images", loss, f"3 * 784 * ln 2 = {expected:.2f}", SUM
    )


@pytest.mark.task2a
def test_bright_and_dark_pixels_both_count():
    """Bright pixels cost -log p and dark ones -log(1 - p), for x of either shape."""
    x = torch.zeros(2, 784)
    x[:, :392] = 1
    recon_x = torch.where(x == 1, 0.9, 0.2)
    expected = 2 * 392 * (-math.log(0.9) - math.log(0.8))
    for images in (x, x.view(2, 1, 28, 28)):
        loss = reconstruction_loss(recon_x, images)
        assert close(loss, expected), explain(
            f"reconstruction_loss(recon_x (2, 784), x {tuple(images.shape)})",
            loss,
            f"{expected:.2f}",
            "식의 두 항이 모두 있나요? 인자 순서와 모양은 맞나요? / "
            "Are both terms of the formula there, the arguments in order, the shapes equal?",
        )


@pytest.mark.task2a
def test_certainty_costs_a_finite_amount():
    """The loss is finite where recon_x is exactly 0 or 1."""
    x = torch.rand(1, 1, 28, 28)
    recon_x = torch.tensor([0.0, 1.0]).repeat(1, 392)
    loss = reconstruction_loss(recon_x, x)
    assert torch.isfinite(loss), explain(
        "reconstruction_loss(recon_x = 0 and 1, x)",
        loss,
        "유한한 값 / a finite value",
        "log(0)은 -무한대입니다. torch의 손실 함수는 이를 막아 줍니다. / "
        "log(0) is -infinity; torch's own loss guards it.",
    )


@pytest.mark.task2a
def test_the_reconstruction_gets_a_gradient():
    """At recon_x = 0.5 the gradient is 2 - 4x."""
    x = torch.rand(2, 1, 28, 28)
    recon_x = torch.full((2, 784), 0.5, requires_grad=True)
    reconstruction_loss(recon_x * 1, x).backward()
    assert recon_x.grad is not None and close(recon_x.grad, 2 - 4 * x.flatten(1)), explain(
        "reconstruction_loss(recon_x=0.5, x).backward()",
        recon_x.grad,
        "2 - 4x",
        "recon_x를 detach하거나 .item()으로 바꾸지 마세요. / "
        "Neither detach recon_x nor turn it into a number.",
    )


@pytest.mark.task2b
def test_the_prior_is_at_distance_zero():
    """KL of the prior with itself is 0."""
    kl = kl_divergence(torch.zeros(3, 4), torch.zeros(3, 4))
    assert kl.shape == () and abs(kl) < 1e-5, explain(
        "kl_divergence(mu=0, log_var=0)",
        kl,
        "0, a 0-dim tensor",
        "식에서 빠진 항이나 뒤바뀐 부호가 있나요? / Is a term missing, or a sign turned round?",
    )


@pytest.mark.task2b
def test_kl_by_hand():
    """Shifted, widened and narrowed posteriors have the KL that you can work out on paper."""
    cases = {  # for each of the 3 * 4 elements
        (1, 0): 1 / 2,
        (-2, 0): 4 / 2,
        (0, 1): (math.e - 2) / 2,
        (0, -3): (math.exp(-3) + 2) / 2,
    }
    for (mu, log_var), each in cases.items():
        kl = kl_divergence(torch.full((3, 4), float(mu)), torch.full((3, 4), float(log_var)))
        assert close(kl, 12 * each), explain(
            f"kl_divergence(mu={mu}, log_var={log_var}), shape (3, 4)",
            kl,
            f"12 * {each:.4f} = {12 * each:.4f}",
            f"{SUM}\n1/2이 있나요? sigma^2는 log_var에서 어떻게 나오나요? / "
            "Is the 1/2 there? How does sigma^2 follow from log_var?",
        )


@pytest.mark.task2b
def test_kl_pulls_the_posterior_to_the_prior():
    """The gradient of KL is mu for mu, and vanishes for log_var where the variance is 1."""
    mu, log_var = torch.randn(3, 4).requires_grad_(), torch.tensor([[-1.0, 0.0, 1.0]]).requires_grad_()
    kl_divergence(mu * 1, torch.zeros(3, 4)).backward()
    assert mu.grad is not None and close(mu.grad, mu.detach()), explain(
        "kl_divergence(mu, 0).backward()",
        mu.grad,
        mu.detach(),
        "1/2이 있나요? detach나 .item()은 없나요? / Is the 1/2 there, and no detach or .item()?",
    )
    kl_divergence(torch.zeros(1, 3), log_var * 1).backward()
    expected = [[-0.3161, 0.0, 0.8591]]
    assert log_var.grad is not None and close(log_var.grad, expected), explain(
        "kl_divergence(0, log_var=[-1, 0, 1]).backward()",
        log_var.grad,
        expected,
        "log_var가 1보다 작은 분산도 큰 분산도 벌해야 합니다. / "
        "Small variances must cost something as well as large ones.",
    )


@pytest.mark.task2c
def test_the_loss_is_the_sum_of_both_terms():
    """The loss is reconstruction plus KL, neither of them weighted."""
    recon_x, x = torch.full((2, 784), 0.5), torch.rand(2, 1, 28, 28)
    expected = 2 * (784 * math.log(2) + 3 * 8.0)
    loss = loss_function(recon_x, x, torch.full((2, 3), 4.0), torch.zeros(2, 3))
    assert loss.shape == () and close(loss, expected), explain(
        "loss_function(recon_x=0.5, x, mu=4, log_var=0), N=2, D=3",
        loss,
        f"2 * (784 ln 2 + 24) = {expected:.2f}",
        "2a와 2b의 합인가요? 부호나 가중치가 다르지 않나요? / Is it 2a + 2b, with no other sign or weight?",
    )


@pytest.mark.task2c
def test_a_better_model_has_a_lower_loss():
    """A good reconstruction costs less than a bad one, and KL comes on top."""
    x = torch.zeros(1, 1, 28, 28)
    zero, far = torch.zeros(1, 3), torch.full((1, 3), 5.0)
    good, bad = torch.full((1, 784), 0.1), torch.full((1, 784), 0.9)
    losses = [
        loss_function(*case).item()
        for case in [(good, x, zero, zero), (good, x, far, zero), (bad, x, far, zero)]
    ]
    assert losses == sorted(losses) and losses[0] > 0, explain(
        "loss_function: good; good, mu=5; bad, mu=5",
        losses,
        "양수이고 커지는 순서 / positive and increasing",
        "최소화할 값은 음의 ELBO입니다. / What is minimised is minus the ELBO.",
    )


@pytest.mark.task2c
def test_the_loss_teaches_every_argument():
    """Gradients reach recon_x, mu and log_var."""
    leaves = [torch.full(shape, 0.4, requires_grad=True) for shape in [(2, 784), (2, 3), (2, 3)]]
    recon_x, mu, log_var = (leaf * 1 for leaf in leaves)
    loss_function(recon_x=recon_x, x=torch.rand(2, 1, 28, 28), mu=mu, log_var=log_var).backward()
    reached = {
        name: leaf.grad is not None and bool(leaf.grad.any())
        for name, leaf in zip(("recon_x", "mu", "log_var"), leaves, strict=True)
    }
    assert all(reached.values()), explain(
        "loss_function(...).backward()",
        reached,
        "모두 True / all True",
        "숫자(.item())가 아니라 텐서를 반환하세요. / Return the tensor, not a number made from it.",
    )
