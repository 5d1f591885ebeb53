"""Task 2, the loss: the negative ELBO (Kingma & Welling 2013, equation 7, appendices B and C.1)."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.checks import expect
from autograder.checks.expect import Failed
from autograder.vae.checks import short_run
from autograder.vae.checks.elbo import (
    IN_USE,
    MANY,
    REGIMES,
    codes,
    correct,
    in_use,
    kl_slack,
    kl_tolerance,
    loss_tolerance,
    pale,
    pixels,
    reconstruction_slack,
    reconstruction_tolerance,
    saturated,
    whole,
)
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.submission import VaeSubmission

pytestmark = pytest.mark.part("loss")


def called(function: str, given: dict[str, Tensor]) -> str:
    return f"{function}({', '.join(f'{name}: {expect.shape_text(value.shape)}' for name, value in given.items())})"


def check_value(
    submission: VaeSubmission,
    function: str,
    given: dict[str, Tensor],
    tolerance: float,
    no_grad: bool = False,
) -> None:
    what = called(function, given)
    answer = submission.loss(what, function, arguments=given, wrt=[], no_grad=no_grad)
    expected, _ = correct(function, given, [next(iter(given))])
    expect.close(expect.scalar(answer["value"], what), expected, tolerance, what, f"{function}.value")


@pytest.mark.check(points=2)
def test_reconstruction_scalar(submission: VaeSubmission, draw: Draw) -> None:
    """reconstruction_loss returns a 0-dim tensor: x as images or flat, one image or more"""
    for count, flat in ((1, False), (3, True), (5, False)):
        given = pixels(draw, f"scalar {count}", count)
        if flat:
            given["x"] = given["x"].flatten(1)
        what = called("reconstruction_loss", given)
        expect.scalar(submission.loss(what, "reconstruction_loss", arguments=given, wrt=[])["value"], what)


@pytest.mark.check(points=4, needs="reconstruction_scalar")
def test_reconstruction_value(
    submission: VaeSubmission, draw: Draw, short_run_task: short_run.ShortRunTask
) -> None:
    """reconstruction_loss is the binary cross-entropy, summed over pixels and batch"""
    for count in (1, MANY, 5):
        given = pixels(draw, f"value {count}", count)
        check_value(submission, "reconstruction_loss", given, reconstruction_tolerance(given["recon_x"]))
    given["x"] = (given["x"] > 0.5).float().flatten(1)
    tolerance = reconstruction_tolerance(given["recon_x"])
    check_value(submission, "reconstruction_loss", given, tolerance, no_grad=True)
    for digits in (True, False):
        used = in_use(draw, short_run_task, digits)
        given = {name: used[name] for name in ("recon_x", "x")}
        check_value(submission, "reconstruction_loss", given, reconstruction_tolerance(given["recon_x"]))


@pytest.mark.check(points=2, needs="reconstruction_scalar")
def test_reconstruction_gradient(
    submission: VaeSubmission, draw: Draw, short_run_task: short_run.ShortRunTask
) -> None:
    """reconstruction_loss has the right gradient with respect to recon_x"""
    cases = [pixels(draw, f"gradient {count}", count) for count in (3, 1)]
    for given in cases:
        given["x"][0] = pale(given["x"][0])
    for used in (in_use(draw, short_run_task, digits) for digits in (True, False)):
        cases.append({name: used[name] for name in ("recon_x", "x")})
    for given in cases:
        what = called("reconstruction_loss", given)
        answer = submission.loss(what, "reconstruction_loss", arguments=given, wrt=["recon_x"])
        _, expected = correct("reconstruction_loss", given, ["recon_x"])
        found = expect.gradient(answer, "recon_x", given["recon_x"], what)
        slack = reconstruction_slack(given["recon_x"], given["x"])
        expect.all_close(found, expected["recon_x"], slack, "reconstruction_loss.gradient", called=what)


@pytest.mark.check(points=1, needs="reconstruction_scalar")
def test_reconstruction_saturated(submission: VaeSubmission, draw: Draw) -> None:
    """reconstruction_loss stays finite when recon_x is exactly 0 or 1"""
    x = draw.images("saturated", 3)
    for recon_x in (torch.zeros(3, 784), torch.ones(3, 784), (x.flatten(1) < 0.5).float()):
        given = {"recon_x": recon_x, "x": x}
        what = called("reconstruction_loss", given) + ", recon_x exactly 0 or 1"
        expect.scalar(submission.loss(what, "reconstruction_loss", arguments=given, wrt=[])["value"], what)


@pytest.mark.check(points=1, needs="reconstruction_scalar")
def test_reconstruction_inputs_untouched(submission: VaeSubmission, draw: Draw) -> None:
    """reconstruction_loss leaves recon_x and x unchanged"""
    given = saturated(pixels(draw, "untouched", 2))
    what = called("reconstruction_loss", given)
    expect.untouched(submission.loss(what, "reconstruction_loss", arguments=given, wrt=[]), given, what)


@pytest.mark.check(points=2)
def test_kl_scalar(submission: VaeSubmission, draw: Draw) -> None:
    """kl_divergence returns a 0-dim tensor: any batch size or latent dimension, views too"""
    for rows, columns, as_views in ((1, 20, False), (5, 3, True), (3, 1, False)):
        given = codes(draw, f"scalar {rows}", rows, columns)
        what = called("kl_divergence", given)
        answer = submission.loss(what, "kl_divergence", arguments=given, wrt=[], as_views=as_views)
        expect.scalar(answer["value"], what)


@pytest.mark.check(points=1, needs="kl_scalar")
def test_kl_zero(submission: VaeSubmission) -> None:
    """kl_divergence is 0 when the posterior is the prior: mu = 0, log_var = 0"""
    given = {"mu": torch.zeros(3, 6), "log_var": torch.zeros(3, 6)}
    what = called("kl_divergence", given) + ", mu = 0, log_var = 0"
    answer = submission.loss(what, "kl_divergence", arguments=given, wrt=[])
    expect.close(expect.scalar(answer["value"], what), 0.0, 1e-3, what, "kl_divergence.zero")


@pytest.mark.check(points=4, needs="kl_scalar")
def test_kl_value(submission: VaeSubmission, draw: Draw) -> None:
    """kl_divergence is KL(N(mu, exp(log_var)) || N(0, I)), summed over dims and batch"""
    for purpose, rows, columns in (
        *((regime, 5, 23) for regime in REGIMES),  # the exp of a row's sum overflows float32
        ("one", 1, 20),
        ("many", MANY, 70),
        ("in use", IN_USE, 20),
    ):
        given = codes(draw, purpose, rows, columns)
        expected, _ = correct("kl_divergence", given, ["mu"])
        tolerance = kl_tolerance(given, expected)
        check_value(submission, "kl_divergence", given, tolerance, no_grad=purpose == "one")


@pytest.mark.check(points=4, needs="kl_scalar")
def test_kl_gradient(submission: VaeSubmission, draw: Draw) -> None:
    """kl_divergence has the right gradients with respect to mu and log_var"""
    for regime, rows, columns in (*((regime, 5, 7) for regime in REGIMES), ("in use", IN_USE, 20)):
        given = codes(draw, regime, rows, columns)
        what = called("kl_divergence", given)
        answer = submission.loss(what, "kl_divergence", arguments=given, wrt=["mu", "log_var"])
        _, expected = correct("kl_divergence", given, ["mu", "log_var"])
        for name in ("mu", "log_var"):
            found = expect.gradient(answer, name, given[name], what)
            slack = kl_slack(expected[name])
            expect.all_close(
                found, expected[name], slack, "kl_divergence.gradient", called=what, argument=name
            )


@pytest.mark.check(points=1, needs="kl_scalar")
def test_kl_inputs_untouched(submission: VaeSubmission, draw: Draw) -> None:
    """kl_divergence leaves mu and log_var unchanged"""
    given = codes(draw, "untouched", 4, 5)
    what = called("kl_divergence", given)
    expect.untouched(submission.loss(what, "kl_divergence", arguments=given, wrt=[]), given, what)


def own_sum(submission: VaeSubmission, given: dict[str, Tensor], wrt: list[str]) -> dict[str, Tensor]:
    """Value and gradients of the student's own reconstruction_loss + kl_divergence."""
    total: dict[str, Tensor] = {"value": torch.zeros(())}
    for function, names in (("reconstruction_loss", ("recon_x", "x")), ("kl_divergence", ("mu", "log_var"))):
        arguments = {name: given[name] for name in names}
        what = called(function, arguments)
        answer = submission.loss(
            what, function, arguments=arguments, wrt=[name for name in names if name in wrt]
        )
        total["value"] = total["value"] + expect.scalar(answer["value"], what)
        for name in set(names) & set(wrt):
            total[name] = expect.gradient(answer, name, given[name], what)
    return total


@pytest.mark.check(points=4)
def test_loss_function_value(
    submission: VaeSubmission, draw: Draw, short_run_task: short_run.ShortRunTask
) -> None:
    """loss_function is the batch's negative ELBO: reconstruction loss plus KL, in nats"""
    own_sums = []
    small = whole(draw, "small", 4, 21)
    small = {**small, "mu": 0.05 * small["mu"], "log_var": 0.05 * small["log_var"]}  # its KL is nearly 0
    cases = [whole(draw, "one", 1, 40), whole(draw, "wide", 5, 11), whole(draw, "many", MANY, 7), small]
    cases[1]["x"] = cases[1]["x"].flatten(1)
    cases += [in_use(draw, short_run_task, digits) for digits in (True, False)]
    for number, given in enumerate(cases):
        what = called("loss_function", given)
        how = {"by_name": number in (1, 2), "no_grad": number > 1}
        answer = submission.loss(what, "loss_function", arguments=given, wrt=[], **how)
        value = expect.scalar(answer["value"], what)
        expected, _ = correct("loss_function", given, ["mu"])
        tolerance = loss_tolerance(given, expected)
        if not abs(value - expected) <= tolerance:
            # A mistake in one of the two terms has already cost its points; the sum may still be right.
            with expect.ending_as("loss_function.value", called=what, returned=value, expected=expected):
                own = float(own_sum(submission, given, [])["value"])
                expect.close(value, own, 1e-4 * abs(own) + 1e-3, what, "loss_function.value")
                own_sums.append(own)
    # Terms that ignore their arguments give the same sum for every batch, which is worth nothing.
    if len(own_sums) == len(cases) and len(set(own_sums)) == 1:
        raise Failed(
            "loss_function.value",
            called=what,
            returned=expect.number(own_sums[0]),
            expected=expect.number(expected),
        )


@pytest.mark.check(points=3, needs="loss_function_value")
def test_loss_function_gradient(
    submission: VaeSubmission, draw: Draw, short_run_task: short_run.ShortRunTask
) -> None:
    """Both terms of loss_function train the model: gradients for recon_x, mu, log_var"""
    for purpose, count in (("whole gradient", 3), ("again", 5)):  # twice, for code that counts its calls
        check_whole_gradient(submission, whole(draw, purpose, count, 6))
    for digits in (True, False):
        check_whole_gradient(submission, in_use(draw, short_run_task, digits))


def check_whole_gradient(submission: VaeSubmission, given: dict[str, Tensor]) -> None:
    """The gradients are the instructor's, or those of the student's own two terms."""
    wrt = ["recon_x", "mu", "log_var"]
    what = called("loss_function", given)
    answer = submission.loss(what, "loss_function", arguments=given, wrt=wrt)
    found = {name: expect.gradient(answer, name, given[name], what) for name in wrt}
    _, expected = correct("loss_function", given, wrt)
    slack = {
        "recon_x": reconstruction_slack(given["recon_x"], given["x"]),
        "mu": kl_slack(expected["mu"]),
        "log_var": kl_slack(expected["log_var"]),
    }
    own: dict[str, Tensor] = {}
    for name in wrt:
        message = {"called": what, "argument": name}
        if bool(((found[name] - expected[name]).abs() <= slack[name]).all()):
            continue
        with expect.ending_as("loss_function.gradient", **message):
            own = own or own_sum(submission, given, wrt)
            expect.all_close(
                found[name], own[name], 1e-3 * own[name].abs() + 1e-4, "loss_function.gradient", **message
            )


@pytest.mark.check(points=1, needs="loss_function_value")
def test_loss_function_inputs_untouched(submission: VaeSubmission, draw: Draw) -> None:
    """loss_function leaves its arguments unchanged"""
    given = saturated(whole(draw, "untouched", 2, 5))
    what = called("loss_function", given)
    expect.untouched(submission.loss(what, "loss_function", arguments=given, wrt=[]), given, what)
