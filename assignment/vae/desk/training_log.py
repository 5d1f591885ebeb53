"""The log of a training, kept from outside of its loop: batches seen through the loader, losses through vae.loss. Given.

The loop is yours, so nothing here steers it: the same batches in the same order, the same values of the loss.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

EARLY_SECONDS = 5  # a first picture after the first epoch, or after so long where that takes longer


class WatchedLoader(DataLoader):
    """The batches of another loader; tells when a loop comes back for the next one and when it has had all."""

    def __init__(self, loader: DataLoader, after_batch: Callable[[], None], after_epoch: Callable[[], None]):
        super().__init__(loader.dataset, batch_size=None, sampler=loader.sampler)
        self.after_batch = after_batch
        self.after_epoch = after_epoch

    def __iter__(self) -> Iterator:
        for batch in super().__iter__():
            yield batch
            self.after_batch()
        self.after_epoch()


class Training:
    """Logs one training and draws its progress bar.

    Attributes:
        history: for each finished epoch "loss", "reconstruction" and "kl", nats per image. Where loss_function does
            not call kl_divergence the last two are missing; where nobody calls loss_function, so is the first.
        draw_early: called once, between two batches, when there is something to look at.
    """

    def __init__(self, epochs: int):
        self.history: list[dict[str, float]] = []
        self.draw_early: Callable[[], object] | None = None
        self._epochs = epochs
        self._bar: tqdm | None = None
        self._started = 0.0
        self._forget()

    def loader(self, loader: DataLoader) -> DataLoader:
        """The same batches, watched."""
        self._total = self._epochs * len(loader)
        self._started = time.monotonic()
        return WatchedLoader(loader, self._after_batch, self._after_epoch)

    def watch(self, loss: ModuleType) -> None:
        """From now on see what the functions of vae.loss return. To be called before vae.training is imported."""
        its_loss, its_kl = getattr(loss, "loss_function", None), getattr(loss, "kl_divergence", None)
        if its_loss is None or its_kl is None:
            return  # whoever needs it will miss it, and say so

        @functools.wraps(its_kl)
        def kl_divergence(mu: Tensor, log_var: Tensor) -> Tensor:
            self._kl_now = its_kl(mu, log_var)
            return self._kl_now

        @functools.wraps(its_loss)
        def loss_function(recon_x: Tensor, x: Tensor, mu: Tensor, log_var: Tensor) -> Tensor:
            self._kl_now = None
            value = its_loss(recon_x, x, mu, log_var)
            if torch.is_grad_enabled() and isinstance(value, Tensor):
                self._add(value, self._kl_now, len(mu))
            self._kl_now = None  # it holds the batch's graph
            return value

        loss.kl_divergence, loss.loss_function = kl_divergence, loss_function

    def close(self) -> None:
        """Leave the bar as it is and go to the next line."""
        if self._bar is not None:
            self._bar.close()

    def _forget(self) -> None:
        self._images = 0
        self._loss: Tensor | float = 0.0
        self._kl: Tensor | float = 0.0
        self._split = True

    def _add(self, value: Tensor, kl: object, images: int) -> None:
        # Tensors are added up where they are: reading one out would make a GPU wait at every batch.
        self._images += images
        self._loss = self._loss + value.detach()
        if isinstance(kl, Tensor):
            self._kl = self._kl + kl.detach()
        else:
            self._split = False

    def _means(self) -> dict[str, float]:
        """This epoch so far, nats per image."""
        if not self._images:
            return {}
        loss, kl = float(self._loss) / self._images, float(self._kl) / self._images
        return {"loss": loss, "reconstruction": loss - kl, "kl": kl} if self._split else {"loss": loss}

    def _after_batch(self) -> None:
        if not torch.is_grad_enabled():  # a loop that measures, which is no training
            return
        if self._bar is None:
            self._bar = Bar(self._total, self._epoch, self._text)
        self._bar.update()
        if time.monotonic() - self._started > EARLY_SECONDS:
            self._draw()

    def _after_epoch(self) -> None:
        if not torch.is_grad_enabled():
            return
        self.history.append(self._means())
        self._forget()
        self._draw()

    def _draw(self) -> None:
        if self.draw_early is not None:
            draw, self.draw_early = self.draw_early, None
            draw()

    def _epoch(self) -> str:
        return f"에폭/epoch {min(len(self.history) + 1, self._epochs)}/{self._epochs}"

    def _text(self) -> str:
        means = self._means() or (self.history[-1] if self.history else {})
        if "kl" in means:
            return f"재구성/recon {means['reconstruction']:.1f} + KL {means['kl']:.1f} = {means['loss']:.1f} nats"
        return f"손실/loss {means['loss']:.1f} nats" if means else ""


class Bar(tqdm):
    """A progress bar over all batches; what stands beside it is worked out when it is drawn, at most ten times a second.

    tqdm turns to plain ASCII by itself where a console's encoding lacks the blocks. A log file gets fewer lines.
    """

    # No thread that watches bars: it and the one that starts it wait for each other where an unclosed bar is collected.
    monitor_interval = 0

    def __init__(self, total: int, before: Callable[[], str], after: Callable[[], str]):
        self.before, self.after = before, after
        super().__init__(
            total=total,
            bar_format="{desc} {percentage:3.0f}%|{bar}| ETA {remaining}{postfix}",
            mininterval=0.1 if sys.stderr.isatty() else 5,
            dynamic_ncols=True,
        )

    @property
    def format_dict(self) -> dict:
        return {**super().format_dict, "prefix": self.before(), "postfix": self.after()}
