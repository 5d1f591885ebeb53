"""Task 4: generate, interpolate and restore in vae/latent.py, with a stand-in for the trained model."""

import pytest
import torch
from explain import explain

from vae.latent import generate, interpolate, restore

MEANS = "표본이 아니라 평균 mu를 쓰나요? / Do you use the mean mu, not a sample?"


def decoded(model, z):
    with torch.no_grad():
        return model.decode(z).view(-1, 1, 28, 28)


def mean_code(model, x):
    with torch.no_grad():
        return model.encode(x)[0]


@pytest.fixture
def image():
    return torch.rand(1, 1, 28, 28)


@pytest.fixture
def other():
    return torch.rand(1, 1, 28, 28).round()


@pytest.mark.task4a
def test_generated_images_are_images(noisy_model):
    """generate returns `count` images in [0, 1], without gradients."""
    for count in (5, 1):
        images = generate(noisy_model, count, "cpu")
        assert images.shape == (count, 1, 28, 28) and not images.requires_grad, explain(
            f"generate(model, {count}, 'cpu')",
            f"{tuple(images.shape)}, requires_grad={images.requires_grad}",
            f"({count}, 1, 28, 28), False",
            "모양을 바꾸고 기울기를 껐나요? / Reshape, and switch gradients off.",
        )
        assert images.min() >= 0 and images.max() <= 1, explain(
            f"generate(model, {count}, 'cpu')",
            f"[{images.min():.3f}, {images.max():.3f}]",
            "[0, 1]",
            "디코더의 출력을 그대로 쓰세요. / Take the decoder's output as it is.",
        )


@pytest.mark.task4a
def test_codes_come_from_the_prior(noisy_model):
    """The codes behind the images have mean 0 and standard deviation 1, each its own."""
    linear = noisy_model.decoder[0]
    with torch.no_grad():  # pixels 0 to 2 now show the code, so that it can be read off the image
        linear.weight[:3] = torch.eye(3)
        linear.bias[:3] = 0
    codes = generate(noisy_model, 4000, "cpu").flatten(1)[:, :3].logit()
    mean, std = codes.mean(dim=0), codes.std(dim=0)
    assert mean.abs().max() < 0.12 and (std - 1).abs().max() < 0.1, explain(
        "generate(model, 4000, 'cpu')",
        f"z: mean {mean}, std {std}",
        "mean 0, std 1",
        "z는 표준정규분포에서 뽑습니다 (randn; rand는 균등분포). / Draw z from N(0, I): randn, not rand.",
    )


@pytest.mark.task4b
def test_both_ends_are_included(noisy_model, image, other):
    """The first image is decoded from mu(x_start), the last one from mu(x_end)."""
    for steps in (2, 5):
        images = interpolate(noisy_model, image, other, steps)
        assert images.shape == (steps, 1, 28, 28) and not images.requires_grad, explain(
            f"interpolate(..., steps={steps})",
            f"{tuple(images.shape)}, requires_grad={images.requires_grad}",
            f"({steps}, 1, 28, 28), False",
            "모양과 점의 개수를 보세요. / Mind the shape and the number of points.",
        )
        for where, x, end in [("x_start", image, images[:1]), ("x_end", other, images[-1:])]:
            difference = (end - decoded(noisy_model, mean_code(noisy_model, x))).abs().max()
            assert difference < 1e-4, explain(
                f"interpolate(..., steps={steps}), at {where}",
                f"differs by {difference:.4f}",
                f"decoded mu({where})",
                f"{MEANS}\n양 끝이 모두 들어가나요? / Are both ends included, in this order?",
            )


@pytest.mark.task4b
def test_the_steps_are_even_in_latent_space(noisy_model, image, other):
    """The image half way is decoded from the middle of both codes; a quarter of the way likewise."""
    start, end = mean_code(noisy_model, image), mean_code(noisy_model, other)
    images = interpolate(noisy_model, image, other, 5)
    for index in (1, 2, 3):
        difference = (images[index] - decoded(noisy_model, start + (end - start) * index / 4)[0]).abs().max()
        assert difference < 1e-4, explain(
            f"interpolate(..., steps=5)[{index}]",
            f"differs by {difference:.4f}",
            f"decoded code at {index}/4 of the way",
            "픽셀이 아니라 코드를 섞나요? 가중치의 합은 1인가요? / "
            "Do you mix codes, not pixels, with weights that add to 1?",
        )


@pytest.fixture
def known(image):
    """About half of the pixels are known, scattered over the image."""
    return (torch.rand_like(image) < 0.5).float()


@pytest.mark.task4c
def test_known_pixels_stay(noisy_model, image, known):
    """Known pixels keep the values of x exactly; x and known stay as they were."""
    x, mask = image.clone(), known.clone()
    restored = restore(noisy_model, x, mask, iterations=3)
    assert restored.shape == x.shape and not restored.requires_grad, explain(
        "restore(model, x, known, 3)",
        f"{tuple(restored.shape)}, requires_grad={restored.requires_grad}",
        f"{tuple(x.shape)}, False",
        "모양을 바꾸고 기울기를 껐나요? / Reshape, and switch gradients off.",
    )
    assert torch.equal(restored[known == 1], image[known == 1]), explain(
        "restore(model, x, known, 3)",
        "알려진 픽셀이 바뀜 / known pixels changed",
        "x의 값 그대로 / the values of x",
        "매번 알려진 픽셀을 되돌려 놓으세요. 1이 알려진 픽셀입니다. / "
        "Put known pixels back each time; 1 means known.",
    )
    assert torch.equal(x, image) and torch.equal(mask, known), explain(
        "restore(model, x, known, 3)",
        "인자가 바뀜 / an argument changed",
        "그대로 / as it was",
        "x에 바로 쓰지 말고 새 텐서를 만드세요. / Make a new tensor, do not write into x.",
    )


@pytest.mark.task4c
def test_hidden_pixels_do_not_leak(noisy_model, image, known):
    """The values that x has in unknown pixels change nothing, and nothing is sampled."""
    other = torch.where(known == 1, image, 1 - image)
    difference = (restore(noisy_model, image, known, 2) - restore(noisy_model, other, known, 2)).abs().max()
    assert difference < 1e-6, explain(
        "restore: two images that differ in unknown pixels only",
        f"differ by {difference:.4f}",
        "같은 결과 / no difference",
        f"모르는 픽셀을 0.5로 채우고 시작하나요? / Do you begin with 0.5 in the unknown pixels?\n{MEANS}",
    )


@pytest.mark.task4c
def test_iterations_build_on_each_other(noisy_model, image, known):
    """After many iterations the restored image reconstructs itself; after one it does not yet."""
    unknown = known == 0
    changes = {}
    for iterations in (1, 50):
        restored = restore(noisy_model, image, known, iterations)
        again = decoded(noisy_model, mean_code(noisy_model, restored))
        changes[iterations] = (again - restored)[unknown].abs().max().item()
    assert changes[50] < 1e-4 < changes[1], explain(
        "restore(model, x, known, 1 and 50), then one more reconstruction",
        f"changes the unknown pixels by {changes}",
        "1번 뒤에는 변화, 50번 뒤에는 0 / some change after 1, none after 50",
        "매번 직전에 채운 이미지를 다시 넣나요? 재구성을 모르는 픽셀에 넣나요? / "
        "Does each iteration start from the image of the one before, and fill the unknown pixels?",
    )
