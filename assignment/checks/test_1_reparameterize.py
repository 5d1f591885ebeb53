"""Task 1: VAE.reparameterize in vae/model.py."""

import pytest
import torch
from explain import explain

from vae.model import VAE

pytestmark = pytest.mark.task1

DRAWS = 20_000  # the spread of so many draws is known to about 0.5 %


@pytest.fixture
def model():
    return VAE(latent_dim=3, hidden_dim=8)


def test_z_has_the_shape_and_dtype_of_mu(model):
    """z has the shape and dtype of mu, also for a single image."""
    for shape in [(5, 3), (1, 3)]:
        z = model.reparameterize(torch.zeros(shape), torch.zeros(shape))
        assert (z.shape, z.dtype) == (shape, torch.float32), explain(
            f"reparameterize(mu {shape}, log_var {shape})",
            (tuple(z.shape), z.dtype),
            (shape, torch.float32),
            "epsilon의 모양과 dtype이 mu와 같은가요? / Has epsilon the shape and dtype of mu?",
        )


def test_mu_and_log_var_set_centre_and_spread(model):
    """The mean of many draws is mu, their spread is the sigma that belongs to log_var."""
    mu = torch.tensor([-1.0, 0.0, 2.0])
    log_var = torch.tensor([-2.0, 0.0, 2.0])
    sigma = torch.tensor([0.3679, 1.0, 2.7183])
    z = model.reparameterize(mu.repeat(DRAWS, 1), log_var.repeat(DRAWS, 1))
    called = f"reparameterize(mu={mu.tolist()}, log_var={log_var.tolist()}), {DRAWS} draws"
    assert torch.allclose(z.mean(dim=0), mu, atol=0.15), explain(
        called,
        f"mean {z.mean(dim=0)}",
        mu,
        "mu를 더했나요? epsilon의 평균은 0인가요? / Did you add mu? Has epsilon the mean 0?",
    )
    assert torch.allclose(z.std(dim=0), sigma, rtol=0.06), explain(
        called,
        f"std {z.std(dim=0)}",
        sigma,
        "log_var는 분산 sigma^2의 로그입니다. sigma의 로그도, sigma 자체도 아닙니다. / "
        "log_var is the logarithm of the variance sigma^2: neither the logarithm of sigma nor sigma itself.",
    )


@pytest.mark.parametrize("mode", ["train", "eval"])
def test_noise_is_fresh_everywhere(model, mode):
    """Every image, every dimension and every call has its own noise, in training and in evaluation mode."""
    model.train(mode == "train")
    mu, log_var = torch.zeros(4, 3), torch.zeros(4, 3)
    first, second = model.reparameterize(mu, log_var), model.reparameterize(mu, log_var)
    for what, same in {
        "두 번의 호출 / two calls": torch.equal(first, second),
        "모든 이미지 / all images": bool((first == first[:1]).all()),
        "모든 차원 / all dimensions": bool((first == first[:, :1]).all()),
    }.items():
        assert not same, explain(
            f"model.{mode}(); reparameterize(mu=0, log_var=0)",
            f"같은 잡음 / the same noise: {what}",
            "서로 다른 잡음 / different noise",
            "epsilon은 (N, D) 모양으로 부를 때마다, 평가 모드에서도 새로 뽑습니다. 시드는 고정하지 마세요. / "
            ""
            "Draw epsilon of shape (N, D) anew at each call, in evaluation mode too, and set no seed inside.",
        )


def test_gradients_reach_mu_and_log_var(model):
    """dz/dmu is 1 and dz/dlog_var is half of z - mu."""
    mu, log_var = torch.randn(5, 3).requires_grad_(), torch.randn(5, 3).requires_grad_()
    z = model.reparameterize(mu * 1, log_var * 1)
    assert z.requires_grad, explain(
        "reparameterize(mu, log_var)",
        "z without gradient",
        "z.requires_grad = True",
        "detach, .data, no_grad, sample()은 기울기를 끊습니다. / "
        "detach, .data, no_grad and sample() cut the gradient.",
    )
    z.sum().backward()
    causes = {
        "mu": "z는 mu에 대한 식인가요? detach나 표본 추출 함수가 기울기를 끊습니다. / "
        "Is z a formula in mu? A detach or a sampling function cuts the gradient.",
        "log_var": "두 배라면 log_var를 log sigma로 본 것이고, 0이라면 기울기가 끊긴 것입니다. / "
        "Twice as large: log_var was taken for log sigma. Zero: the gradient was cut.",
    }
    for leaf, name, expected in [(mu, "mu", torch.ones(5, 3)), (log_var, "log_var", (z - mu).detach() / 2)]:
        assert leaf.grad is not None and torch.allclose(leaf.grad, expected, rtol=1e-3, atol=1e-5), explain(
            f"reparameterize(mu, log_var).sum().backward(); {name}.grad", leaf.grad, expected, causes[name]
        )
