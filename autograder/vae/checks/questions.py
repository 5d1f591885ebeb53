"""The probes that tell known mistakes apart: a few more calls of each stub, always with the same inputs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import torch

from autograder.checks.diagnosis import SEED, Call
from autograder.vae.checks import toy_models
from autograder.vae.checks.inputs import LEAST, Draw

DRAW = Draw(SEED)


@cache
def calls(stub: str) -> tuple[Call, ...]:
    """The probes that tell a stub's known mistakes apart, with their arguments."""
    if stub == "reparameterize":
        given = {"mu": DRAW.normal("mu", 5, 3), "log_var": DRAW.uniform("log_var", -6, 6, 5, 3)}
        edge = {"mu": 9 * DRAW.normal("mu edge", 8, 4), "log_var": DRAW.log_var("edge", -9.9, 9.9, 8, 4)}
        one = {"mu": given["mu"][:1], "log_var": given["log_var"][:1]}
        return (
            ("reparameterize", {**given, "cotangent": DRAW.normal("cotangent", 5, 3), "calls": 2}),
            ("reparameterize", {**given, "training": False, "no_grad": True}),
            ("reparameterize", {**edge, "cotangent": torch.ones(8, 4), "training": False}),
            ("reparameterize", one),
            ("reparameterize_device", given),
        )
    if stub in ("reconstruction_loss", "kl_divergence", "loss_function"):
        return tuple(("loss", {"function": stub, **arguments}) for arguments in _loss_calls(stub))
    if stub in ("train_epoch", "train"):
        return _training_calls(stub)
    return _latent_calls(stub)


def _loss_calls(stub: str) -> Iterator[dict[str, Any]]:
    for count, latent_dim in ((3, 5), (1, 4)):
        pixels = {"recon_x": DRAW.probabilities(f"p {count}", count), "x": DRAW.images(f"x {count}", count)}
        codes = {
            "mu": DRAW.normal(f"mu {count}", count, latent_dim),
            "log_var": DRAW.uniform(f"log_var {count}", -4, 4, count, latent_dim),
        }
        both = {"reconstruction_loss": pixels, "kl_divergence": codes, "loss_function": {**pixels, **codes}}
        wrt = [name for name in both[stub] if name != "x"]
        yield {"arguments": both[stub], "wrt": wrt}
        if "mu" in both[stub]:
            wide = {**both[stub], "log_var": codes["log_var"] * 2.3}
            yield {"arguments": wide, "wrt": wrt, "as_views": True}
        if "x" in both[stub]:
            yield {"arguments": {**both[stub], "x": pixels["x"].flatten(1)}, "wrt": []}
            yield {"arguments": {**both[stub], "recon_x": (pixels["x"].flatten(1) < 0.5).float()}, "wrt": []}
        if stub == "loss_function":  # the one case with a KL divergence above the reconstruction loss
            x = pixels["x"].round()
            perfect = {"recon_x": x.flatten(1).clamp(LEAST, 1 - LEAST), "x": x}
            yield {"arguments": {**perfect, **codes, "mu": 9 * codes["mu"]}, "wrt": []}
            yield {"arguments": {**pixels, "mu": codes["mu"] / 9, "log_var": codes["log_var"] / 9}, "wrt": []}
    many = {"recon_x": DRAW.probabilities("p many", 130), "x": 0.1 + 0.6 * DRAW.images("x many", 130)}
    if stub == "kl_divergence":
        many = {"mu": DRAW.normal("mu many", 130, 40), "log_var": DRAW.log_var("many", -9.5, 9.5, 130, 40)}
        far = {"mu": DRAW.normal("mu far", 5, 23), "log_var": DRAW.uniform("far", 4, 9, 5, 23)}
        yield {"arguments": far, "wrt": []}
    if stub == "loss_function":
        yield {"arguments": {**pixels, **codes}, "wrt": [], "no_grad": True}
    else:
        yield {"arguments": many, "wrt": []}


def _training_calls(stub: str) -> tuple[Call, ...]:
    task = toy_models.training_task(DRAW)
    few = {name: task["data"][name][:9] for name in ("images", "labels")}  # batches of 4, 4 and 1
    task = {**task, "data": {**task["data"], **few}}
    if stub == "train_epoch":
        longer_steps = {**toy_models.OPTIMIZER, "options": {**toy_models.OPTIMIZER["options"], "lr": 1e-3}}
        rest: dict[str, Any] = {"loss": toy_models.WEIGHTS, "optimizer": longer_steps}
        harder = [toy_models.long_task(DRAW), toy_models.wide_task(DRAW)]
    else:
        rest = {"epochs": 3, "learning_rate": toy_models.LEARNING_RATE}
        harder = [toy_models.overshooting_task(DRAW), toy_models.patient_task(DRAW)]
    device = (f"{stub}_device", {**task, **rest})
    first, *others = [(stub, {**given, "device": "cpu"}) for given in ({**task, **rest}, *harder)]
    return (first, device, *others)


def _latent_calls(stub: str) -> tuple[Call, ...]:
    model = toy_models.plain_model(DRAW)
    if stub == "generate":
        readable = toy_models.readable_model(DRAW)
        rounds = [
            {"function": stub, "model": readable, "arguments": {"count": n, "device": "cpu"}}
            for n in (1, 6, 6, 40)
        ]
        device = {"function": stub, "model": readable, "arguments": {"count": 3}}
        return (*(("latent", each) for each in rounds), ("latent_device", device))
    if stub == "interpolate":
        given = toy_models.ends(DRAW)
        back = {"x_start": given["x_end"], "x_end": given["x_start"]}
        nowhere = {**given, "x_end": given["x_start"]}
        arguments = [{**given, "steps": steps} for steps in (2, 5, 40)]
        arguments[1:1] = [{**images, "steps": 4} for images in (back, nowhere)]
    else:
        arguments = [
            {**toy_models.damaged(DRAW, count), "iterations": n} for count, n in ((1, 1), (3, 3), (7, 2))
        ]
    rounds = [{"function": stub, "model": model, "arguments": each} for each in arguments]
    return (*(("latent", each) for each in rounds), ("latent_device", rounds[-1]))
