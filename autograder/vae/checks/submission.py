"""The fixture ``submission`` of these checks: the student's functions, called in the sealed process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.checks.remote import ANSWER, RemoteSubmission, well_formed
from autograder.sandbox.ends import Crashed

TRAINED: Mapping[str, type] = {"value": object, "state": dict}


class VaeSubmission:
    """One part of a submission as the checks see it. Every method may raise what ``Student.ask`` raises."""

    def __init__(self, remote: RemoteSubmission) -> None:
        self._remote = remote
        self.once, self.device = remote.once, remote.device

    def reparameterize(self, called: str, **arguments: Any) -> list[dict[str, Any]]:
        """The answers to one or more calls of VAE.reparameterize: value, gradients, arguments afterwards."""
        answers = self._remote.ask("reparameterize", arguments, called)
        if not isinstance(answers, list) or len(answers) != arguments.get("calls", 1):
            raise Crashed("garbled")
        return [well_formed(answer, ANSWER) for answer in answers]

    def loss(self, called: str, function: str, **arguments: Any) -> dict[str, Any]:
        """The answer to one call of a function of vae.loss."""
        return self._remote.answer("loss", called, {"function": function, **arguments})

    def latent(
        self, called: str, function: str, model: Mapping[str, Any], **arguments: Any
    ) -> dict[str, Any]:
        """The answer to one call of a function of vae.latent."""
        asked = {"function": function, "model": model, "arguments": arguments}
        return self._remote.answer("latent", called, asked)

    def train_epoch(self, called: str, **arguments: Any) -> dict[str, Any]:
        """What train_epoch returned, and the parameters and images afterwards."""
        return self._remote.answer("train_epoch", called, arguments, {**TRAINED, "images": object})

    def train(self, called: str, **arguments: Any) -> dict[str, Any]:
        """What train returned, and the parameters afterwards."""
        return self._remote.answer("train", called, arguments, TRAINED)

    def untrained(self, called: str, **arguments: Any) -> dict[str, Any]:
        """The network's results for images before training, see toys.seen_by; empty if its layers differ."""
        answer = self._remote.answer("untrained", called, arguments, {"seen": dict})
        seen: dict[str, Any] = answer["seen"]
        return seen
