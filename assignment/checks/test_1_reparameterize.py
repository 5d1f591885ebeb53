"""Task 1: VAE.reparameterize in vae/model.py."""

from runpy import run_path

import pytest
import torch
from alone import on_one_device
from explain import explain, tensor, untouched

from vae.desk.language import Words
from vae.desk.source import STUBS
from vae.model import VAE

pytestmark = pytest.mark.task1

DRAWS = 20_000  # enough to know the standard deviation to about 0.5 %


@pytest.fixture
def model():
    return VAE(latent_dim=3, hidden_dim=8)


def test_z_has_the_shape_and_dtype_of_mu(model):
    """z has the shape and dtype of mu, also for a single image. / 이미지가 한 장일 때도 z의 모양과 dtype은 mu와 같습니다."""
    for shape in [(5, 3), (1, 3)]:
        z = model.reparameterize(torch.zeros(shape), torch.zeros(shape))
        tensor(
            z,
            shape,
            f"reparameterize(mu {shape}, log_var {shape})",
            (
                "epsilon을 mu와 같은 모양으로 뽑으세요. 크기는 숫자로 쓰지 말고 mu.shape에서 얻으세요.",
                "Draw epsilon in the shape of mu. Take sizes from mu.shape instead of writing numbers.",
            ),
        )


def test_mu_and_log_var_set_centre_and_spread(model):
    """The mean of many draws is mu, their standard deviation is the sigma given by log_var. / 여러 번 뽑으면 평균은 mu, 표준편차는 log_var에 해당하는 sigma가 됩니다."""
    mu = torch.tensor([-1.0, 0.0, 2.0])
    log_var = torch.tensor([-2.0, 0.0, 2.0])
    sigma = torch.tensor([0.3679, 1.0, 2.7183])
    called = f"reparameterize(mu={mu.tolist()}, log_var={log_var.tolist()}), N = {DRAWS}"
    z = tensor(model.reparameterize(mu.repeat(DRAWS, 1), log_var.repeat(DRAWS, 1)), (DRAWS, 3), called)
    mean, std = z.mean(dim=0).detach(), z.std(dim=0).detach()
    assert torch.allclose(mean, mu, atol=0.15), explain(
        called,
        f"mean {_listed(mean)}",
        f"mean {mu.tolist()}",
        ("z는 mu에 평균이 0인 잡음을 더한 값입니다.", "z is mu plus noise with mean 0."),
    )
    assert torch.allclose(std, sigma, rtol=0.06), explain(
        called,
        f"std {_listed(std)}",
        f"std {_listed(sigma)}",
        (
            "log_var는 분산의 로그, log(sigma²)입니다. 그럼 sigma는 무엇일까요? epsilon에 sigma를 곱하세요.",
            "log_var is log(sigma²), the logarithm of the variance. So what is sigma? Multiply epsilon by it.",
        ),
    )


@pytest.mark.parametrize("mode", ["train", "eval"])
def test_noise_is_fresh_everywhere(model, mode):
    """Every image, dimension and call has its own noise, in evaluation mode too. / 평가 모드에서도 이미지, 차원, 호출마다 잡음이 다릅니다."""
    model.train(mode == "train")
    mu, log_var = torch.zeros(4, 3), torch.zeros(4, 3)
    first, second = model.reparameterize(mu, log_var), model.reparameterize(mu, log_var)
    fresh = Words("서로 다른 잡음", "different noise")
    again = (
        "호출할 때마다 epsilon을 새로 뽑으세요. 함수 안에서 시드를 고정하지 마세요.",
        "Draw a new epsilon at each call. Don't set a seed inside the function.",
    )
    if mode == "eval":
        again = (
            "평가 모드에서도 학습 모드와 똑같이 epsilon을 새로 뽑으세요.",
            "In evaluation mode, draw a new epsilon just as in training mode.",
        )
    shared = (
        "epsilon의 모양은 (N, D)입니다. 하나만 뽑아 여러 이미지·차원에 같이 쓰지 마세요.",
        "Give epsilon the shape (N, D). Don't share one draw between images or dimensions.",
    )
    for what, same, cause in [
        (Words("두 번의 호출", "two calls"), torch.equal(first, second), again),
        (Words("모든 이미지", "all images"), bool((first == first[:1]).all()), shared),
        (Words("모든 차원", "all dimensions"), bool((first == first[:, :1]).all()), shared),
    ]:
        assert not same, explain(
            f"model.{mode}(); reparameterize(mu=0, log_var=0)",
            Words(f"같은 잡음: {what.ko}", f"the same noise: {what.en}"),
            fresh,
            cause,
        )


def test_gradients_reach_mu_and_log_var(model):
    """dz/dmu is 1 and dz/dlog_var is half of z - mu. / dz/dmu는 1, dz/dlog_var는 z - mu의 절반입니다."""
    mu, log_var = torch.randn(5, 3).requires_grad_(), torch.randn(5, 3).requires_grad_()
    z = model.reparameterize(mu * 1, log_var * 1)
    cut = (
        "기울기가 끊겼습니다. 코드에 detach, .data, no_grad, sample(), torch.normal(mu, std)가 있는지 찾아보세요.",
        "The gradient is cut: look for detach, .data, no_grad, sample(), torch.normal(mu, std).",
    )
    assert z.requires_grad, explain(
        "reparameterize(mu, log_var)", "z.requires_grad = False", "z.requires_grad = True", cut
    )
    z.sum().backward()
    half = (z - mu).detach() / 2
    formula = ("z를 mu + sigma * epsilon으로 계산하세요.", "Compute z as mu + sigma * epsilon.")
    zero = torch.zeros(5, 3)
    for leaf, name, expected in [(mu, "mu", torch.ones(5, 3)), (log_var, "log_var", half)]:
        grad = zero if leaf.grad is None else leaf.grad
        assert torch.allclose(grad, expected, rtol=1e-3, atol=1e-5), explain(
            f"reparameterize(mu, log_var).sum().backward(); {name}.grad",
            grad,
            expected,
            formula if grad.any() else cut,
        )


def test_mu_and_log_var_stay(model):
    """mu and log_var are not changed. / mu와 log_var의 값은 바뀌지 않습니다."""
    given = {"mu": torch.randn(4, 3), "log_var": torch.randn(4, 3)}
    untouched(model.reparameterize, "reparameterize(mu, log_var)", given)


def test_the_network_is_as_given():
    """The layers and encode, decode and forward are as given. / 층과 encode, decode, forward는 처음 그대로입니다."""
    given = run_path(str(STUBS / "model.txt"))["VAE"]()
    model, x = VAE(), torch.rand(2, 1, 28, 28)
    sizes, found = (
        {name: tuple(each.shape) for name, each in one.state_dict().items()} for one in (given, model)
    )
    found = {name: found.get(name) for name in sizes}  # there may be more
    cause = (
        "주어진 신경망을 바꾸었습니다. 층의 크기와 이름, encode, decode, forward는 처음 그대로 두세요.",
        "You changed the given network. Keep the sizes and names of its layers, and encode, decode and forward, as given.",
    )
    assert found == sizes, explain("VAE().state_dict()", found, sizes, cause, "__init__")
    given.load_state_dict(model.state_dict(), strict=False)
    with torch.no_grad():
        mu, log_var = given.encode(x)
        pixels, *codes = model(x)
        for function, values, expected in [
            ("encode", model.encode(x), (mu, log_var)),
            ("decode", [model.decode(mu)], [given.decode(mu)]),
            ("forward", codes, (mu, log_var)),
            ("forward", [0 * pixels], [0 * given.decode(mu)]),
        ]:
            for value, right in zip(values, expected, strict=True):
                same = value.shape == right.shape and torch.allclose(value, right, rtol=1e-3, atol=1e-4)
                assert same, explain(f"VAE().{function}", value, right, cause, function)


def test_the_noise_is_on_the_device_of_mu(model):
    """The noise is made on the device of mu. / epsilon은 mu와 같은 장치에 만듭니다."""
    codes = torch.zeros(2, 4, 3, device="meta")
    on_one_device(lambda: model.to("meta").reparameterize(*codes), "reparameterize(mu, log_var), GPU")


def _listed(values):
    return [round(value, 3) for value in values.tolist()]
