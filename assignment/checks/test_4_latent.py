"""Task 4: generate, interpolate and restore in vae/latent.py, with a stand-in for the trained model."""

from functools import partial

import pytest
import torch
from alone import on_one_device
from explain import explain, likely, tensor, untouched

from vae.desk.language import Words
from vae.latent import generate, interpolate, restore

SAMPLED = (
    "호출할 때마다 결과가 다릅니다. 표본을 뽑지 말고, encode가 돌려주는 평균 mu를 잠재 코드로 쓰세요.",
    "The result is random. Don't sample: the code is the mean mu that encode returns.",
)
ENDS = (
    "첫 이미지는 x_start의 mu를, 마지막은 x_end의 mu를 디코딩한 것입니다. 표본을 뽑지 말고, t는 0부터 1까지 양 끝을 포함하세요.",
    "Decode mu(x_start) for the first image and mu(x_end) for the last: no samples, and t from 0 to 1 with both ends.",
)
FLAT = (
    "디코더는 (K, 784)를 돌려줍니다. 이미지 모양 (K, 1, 28, 28)로 바꾸세요.",
    "The decoder returns (K, 784). Reshape it to images, (K, 1, 28, 28).",
)
COUNT = (
    "첫 번째 차원은 이미지 수입니다. 인자로 받은 수(count나 steps)와 같아야 합니다.",
    "The first dimension is the number of images. It has to be the one asked for (count or steps).",
)
PROBABILITIES = (
    "디코더가 돌려준 확률을 바꾸지 말고 그대로 반환하세요. 0이나 1로 만들지 마세요.",
    "Return the decoder's probabilities as they are. Don't turn them into 0 and 1.",
)
GRADIENT = (
    "결과에 기울기가 남아 있습니다. torch.no_grad()로 끄세요.",
    "The result still carries gradients. Switch them off with torch.no_grad().",
)


def images_without_gradient(value, shape, called):
    """Return the value if it is images of this shape without gradients. Raises AssertionError with an explanation."""
    flat = getattr(value, "shape", shape)[:1] == shape[:1]
    images = tensor(value, shape, called, FLAT if flat else COUNT)
    assert not images.requires_grad, explain(
        called, "requires_grad = True", "requires_grad = False", GRADIENT
    )
    return images


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
    """generate returns `count` images in [0, 1], without gradients. / generate는 픽셀 값이 [0, 1]인 이미지 count장을 기울기 없이 돌려줍니다."""
    for count in (5, 1):
        called = f"generate(model, {count}, 'cpu')"
        images = images_without_gradient(generate(noisy_model, count, "cpu"), (count, 1, 28, 28), called)
        assert images.min() >= 0 and images.max() <= 1, explain(
            called,
            f"[{images.min():.3f}, {images.max():.3f}]",
            "[0, 1]",
            PROBABILITIES,
        )


@pytest.mark.task4a
def test_codes_come_from_the_prior(noisy_model):
    """The codes have mean 0 and standard deviation 1 and differ between images. / 코드의 평균은 0, 표준편차는 1이고, 이미지마다 다릅니다."""
    linear = noisy_model.decoder[0]
    with torch.no_grad():  # pixels 0 to 2 now show the code, so that it can be read off the image
        linear.weight[:3] = torch.eye(3)
        linear.bias[:3] = 0
    called = "generate(model, 4000, 'cpu')"
    pixels = generate(noisy_model, 4000, "cpu").flatten(1)[:, :3]
    assert ((pixels > 0) & (pixels < 1)).all(), explain(called, pixels, "0 < p < 1", PROBABILITIES)
    codes = pixels.logit()
    mean, std = codes.mean(dim=0), codes.std(dim=0)
    assert mean.abs().max() < 0.12 and (std - 1).abs().max() < 0.1, explain(
        called,
        f"z: mean {_listed(mean)}, std {_listed(std)}",
        "z: mean 0, std 1",
        (
            "이미지마다 z를 표준정규분포 N(0, I)에서 따로 뽑으세요.",
            "Draw a z for each image from the standard normal distribution N(0, I).",
        ),
    )


@pytest.mark.task4b
def test_both_ends_are_included(noisy_model, image, other):
    """The first image is decoded from mu(x_start), the last from mu(x_end). / 첫 이미지는 mu(x_start), 마지막은 mu(x_end)를 디코딩한 것입니다."""
    start, end = (decoded(noisy_model, mean_code(noisy_model, x)) for x in (image, other))
    for steps in (2, 5):
        called = f"interpolate(model, x_start, x_end, steps={steps})"
        call = partial(interpolate, noisy_model, steps=steps)
        images = untouched(call, called, {"x_start": image, "x_end": other})
        images = images_without_gradient(images, (steps, 1, 28, 28), called)
        for where, index, expected in [("x_start", 0, start), ("x_end", -1, end)]:
            found = images[index][None]
            assert _same(found, expected), explain(
                f"{called}[{index}]",
                f"max |image - decode(mu({where}))| = {_apart(found, expected):.4f}",
                f"decode(mu({where}))",
                ENDS,
            )


@pytest.mark.task4b
def test_the_steps_are_even_in_latent_space(noisy_model, image, other):
    """Each image is decoded from a point on the line between the codes. / 각 이미지는 두 코드를 잇는 직선 위의 점을 디코딩한 것입니다."""
    start, end = mean_code(noisy_model, image), mean_code(noisy_model, other)
    images = interpolate(noisy_model, image, other, 5)
    for index in (1, 2, 3):
        t = index / 4
        expected = decoded(noisy_model, start + (end - start) * t)
        cause = (
            "두 잠재 코드를 섞은 다음 디코딩하세요. t의 간격은 같고, 두 가중치 1 - t와 t를 더하면 1입니다.",
            "Mix the two codes, then decode. t is evenly spaced, and the weights 1 - t and t add up to 1.",
        )
        assert _same(images[index : index + 1], expected), explain(
            f"interpolate(model, x_start, x_end, steps=5)[{index}]",
            f"max |image - decode(...)| = {_apart(images[index : index + 1], expected):.4f}",
            f"decode({1 - t:.2f} mu(x_start) + {t:.2f} mu(x_end))",
            cause,
        )


@pytest.fixture
def known(image):
    """A mask of known pixels: about half of them, scattered over the image."""
    return (torch.rand_like(image) < 0.5).float()


@pytest.mark.task4c
def test_known_pixels_stay(noisy_model, image, known):
    """Known pixels keep the values of x exactly; x and known do not change. / 아는 픽셀은 x의 값 그대로이고, x와 known은 바뀌지 않습니다."""
    called = "restore(model, x, known, iterations=3)"
    restored = untouched(partial(restore, noisy_model, iterations=3), called, {"x": image, "known": known})
    restored = images_without_gradient(restored, tuple(image.shape), called)
    is_known = known == 1
    if torch.equal(restored[~is_known], image[~is_known]):
        cause = (
            "known을 반대로 썼습니다. 1이 아는 픽셀입니다.",
            "You used known the wrong way round: 1 means known.",
        )
    else:
        cause = (
            "반복할 때마다 아는 픽셀에 x의 값을 다시 넣으세요.",
            "Put the values of x back into the known pixels after each iteration.",
        )
    assert torch.equal(restored[is_known], image[is_known]), explain(
        called, "restored[known == 1] != x[known == 1]", "known = 1: x", cause
    )


@pytest.mark.task4c
def test_unknown_pixels_start_with_one_half(noisy_model, image, known):
    """One iteration reconstructs x with 0.5 in the unknown pixels; nothing is sampled. / 첫 반복은 모르는 픽셀에 0.5를 넣은 이미지를 재구성하며, 표본을 뽑지 않습니다."""

    def after_one(start):
        filled = image.clone()
        filled[known == 0] = start
        return decoded(noisy_model, mean_code(noisy_model, filled))[known == 0]

    once, again = (restore(noisy_model, image, known, 1)[known == 0] for _ in range(2))
    expected = after_one(0.5)
    mistakes = {
        (
            "정답이 새어 들어갑니다. 모르는 픽셀을 0.5로 채우고 시작하고, x가 아니라 채운 이미지를 encode 하세요.",
            "The answer leaks in. Start with 0.5 in the unknown pixels, and encode the filled image, never x.",
        ): after_one(image[known == 0]),
        (
            "모르는 픽셀을 0으로 채우고 시작했습니다. 0.5로 채우세요.",
            "You start with 0 in the unknown pixels. Start with 0.5.",
        ): after_one(0.0),
        (
            "iterations보다 한 번 더 반복했습니다. 시작 이미지는 재구성하지 말고 0.5로 채우세요.",
            "There is one iteration too many. The first image has 0.5 in the unknown pixels, no reconstruction.",
        ): after_one(expected),
    }
    other = (
        "모르는 픽셀을 0.5로 채우고 시작해, encode의 mu를 decode 한 값을 그대로 넣나요?",
        "Do you start with 0.5 in the unknown pixels and put what decode makes of mu into them, unchanged?",
    )
    cause = likely(once, mistakes, other) if torch.equal(once, again) else SAMPLED
    assert _same(once, expected), explain(
        "restore(model, x, known, iterations=1)[known == 0]", once, expected, cause
    )


@pytest.mark.task4c
def test_iterations_build_on_each_other(noisy_model, image, known):
    """After many iterations, one more reconstruction changes nothing; after one, it still does. / 여러 번 반복한 뒤에는 다시 재구성해도 이미지가 바뀌지 않지만, 한 번 뒤에는 아직 바뀝니다."""
    unknown = known == 0
    changes, restored = {}, {}
    for iterations in (1, 50):
        restored[iterations] = restore(noisy_model, image, known, iterations)
        again = decoded(noisy_model, mean_code(noisy_model, restored[iterations]))
        changes[iterations] = (again - restored[iterations])[unknown].abs().max().item()
    if (restored[50][unknown] == 0.5).all():
        cause = (
            "모르는 픽셀이 아직 0.5입니다. 재구성한 값을 넣으세요.",
            "The unknown pixels are still 0.5. Put the reconstruction into them.",
        )
    elif _same(restored[1], restored[50]):
        cause = (
            "한 번만 반복한 결과와 같습니다. iterations번 반복하고, 매번 직전에 채운 이미지에서 시작하세요.",
            "The result is the same as after one iteration. Repeat `iterations` times, each time from the image filled last.",
        )
    else:
        cause = (
            "재구성한 값을 모르는 픽셀에 그대로 넣고, 이 과정을 iterations번 반복하세요.",
            "Put the reconstruction into the unknown pixels unchanged, `iterations` times.",
        )
    change = f"{changes[1]:.5f}, {changes[50]:.5f}"
    assert changes[50] < 1e-4 < changes[1], explain(
        Words(
            "restore를 1번, 50번 반복한 뒤 다시 재구성",
            "restore with 1 and 50 iterations, reconstructed again",
        ),
        Words(f"모르는 픽셀의 변화: {change}", f"unknown pixels change by {change}"),
        Words("1번 뒤에는 변화, 50번 뒤에는 변화 없음", "some change after 1, none after 50"),
        cause,
    )


@pytest.mark.task4a
def test_generate_keeps_to_the_device(noisy_model):
    """The codes are drawn on the device. / 잠재 코드를 device에서 뽑습니다."""
    on_one_device(lambda: generate(noisy_model.to("meta"), 5, "meta"), "generate(model, 5, GPU)")


@pytest.mark.task4b
def test_interpolate_keeps_to_the_device(noisy_model, image):
    """New tensors are on the device of the images. / 새 텐서는 이미지와 같은 장치에 만듭니다."""
    model, x = noisy_model.to("meta"), image.to("meta")
    on_one_device(lambda: interpolate(model, x, x, 5), "interpolate(model, x_start, x_end, 5), GPU")


@pytest.mark.task4c
def test_restore_keeps_to_the_device(noisy_model, image):
    """New tensors are on the device of the images. / 새 텐서는 이미지와 같은 장치에 만듭니다."""
    model, x = noisy_model.to("meta"), image.to("meta")
    on_one_device(lambda: restore(model, x, x, 2), "restore(model, x, known, 2), GPU")


def _apart(a, b):
    return (a - b).abs().max().item()


def _same(a, b):
    return a.shape == b.shape and _apart(a, b) < 1e-4


def _listed(values):
    return [round(value, 3) for value in values.tolist()]
