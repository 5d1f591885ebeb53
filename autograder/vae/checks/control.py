"""Tests of the instructor's solution for the control: its formulas here, and a few calls in a sealed process."""

from __future__ import annotations

import torch
from torch.distributions import Normal, kl_divergence

from autograder.checks import expect
from autograder.messages import Message
from autograder.run import Run
from autograder.sandbox.conversation import Student
from autograder.vae.checks import reference
from autograder.vae.checks.inputs import Draw


def formula_fault() -> Message | None:
    """A message about a term of the solution's loss that differs from torch's; None if all agree.

    The checks would not notice a wrong term: they expect the solution's values.
    """
    mu, log_var = torch.tensor([[0.5, -2.0]]), torch.tensor([[-1.0, 0.7]])
    recon_x, x = torch.tensor([[0.2, 0.9]]), torch.tensor([[0.0, 1.0]])
    reconstruction = -torch.where(x == 1, recon_x, 1 - recon_x).log().sum()
    divergence = kl_divergence(Normal(mu, torch.exp(log_var / 2)), Normal(0.0, 1.0)).sum()
    for name, arguments, right in (
        ("reconstruction_loss", (recon_x, x), reconstruction),
        ("kl_divergence", (mu, log_var), divergence),
        ("loss_function", (recon_x, x, mu, log_var), reconstruction + divergence),
    ):
        found = getattr(reference.loss, name)(*arguments)
        if not torch.isclose(found, right, rtol=1e-4):
            values = {"name": name, "found": f"{float(found):.6g}", "right": f"{float(right):.6g}"}
            return Message("control.formula", values)
    return None


def call_each(process: Student, run: Run) -> None:
    """Call one function of each file. Raises what the sandbox raises, and Failed for a wrong shape or KL divergence."""
    draw, called = Draw.of(run), "control"
    mu, log_var = draw.normal("control mu", 2, 3), draw.normal("control log_var", 2, 3)
    with torch.random.fork_rng(devices=[]):
        network = reference.model.VAE(3, 8)
    model = {"latent_dim": 3, "hidden_dim": 8, "state": dict(network.state_dict())}
    images = torch.full((2, 1, 28, 28), 0.5)
    data = {"images": images, "labels": torch.zeros(2), "batch_size": 2}
    (drawn,) = process.ask("reparameterize", mu=mu, log_var=log_var)
    expect.tensor(drawn["value"], mu.shape, called)
    arguments = {"mu": mu, "log_var": log_var}
    answer = process.ask("loss", function="kl_divergence", arguments=arguments, wrt=[])
    right = float(reference.loss.kl_divergence(mu, log_var))
    expect.close(expect.scalar(answer["value"], called), right, 1e-4 * right, called)
    process.ask("train", model=model, data=data, epochs=1, learning_rate=1e-3, device=run.device)
    answer = process.ask(
        "latent", function="generate", model=model, arguments={"count": 2, "device": run.device}
    )
    expect.tensor(answer["value"], images.shape, called)
