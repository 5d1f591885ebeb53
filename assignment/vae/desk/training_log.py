"""A log of a training kept from outside its loop: it sees batches through the loader and losses through vae.loss. Given.

The loop is yours, and nothing here changes it: it gets the same batches in the same order and the same losses.
"""

from __future__ import annotations

import functools
import math
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from vae.desk.tasks import Words

SLOW = 2  # how many times as long as the fastest epoch
EARLY_SECONDS = 5  # the first picture comes after one epoch, or after this time if an epoch takes longer


class WatchedLoader(DataLoader):
    """The batches of another loader; reports when a loop asks for the next batch and when it has had all."""

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
        history: "loss", "reconstruction" and "kl" of each finished epoch, nats per image. The last two are missing if
            loss_function does not call kl_divergence, and all three if nothing calls loss_function.
        draw_early: called once, between two batches, when there is something to see.
        slow: called once, between two epochs, when one took SLOW times as long as the fastest so far.
    """

    def __init__(self, epochs: int):
        self.history: list[dict[str, float]] = []
        self.draw_early: Callable[[], object] | None = None
        self.slow: Callable[[], object] | None = None
        self._epochs = epochs
        self._bar: tqdm | None = None
        self._started = self._epoch_started = 0.0
        self._fastest = math.inf
        self._forget()

    def loader(self, loader: DataLoader) -> DataLoader:
        """The same batches, watched."""
        self._total = self._epochs * len(loader)
        self._started = self._epoch_started = time.monotonic()
        return WatchedLoader(loader, self._after_batch, self._after_epoch)

    def watch(self, loss: ModuleType) -> None:
        """Record what the functions of vae.loss return from now on. Call this before vae.training is imported."""
        its_loss, its_kl = getattr(loss, "loss_function", None), getattr(loss, "kl_divergence", None)
        if its_loss is None or its_kl is None:
            return  # the code that needs them will raise

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
        """Leave the bar as it is and start a new line."""
        if self._bar is not None:
            self._bar.close()

    def _forget(self) -> None:
        self._images = 0
        self._loss: Tensor | float = 0.0
        self._kl: Tensor | float = 0.0
        self._split = True

    def _add(self, value: Tensor, kl: object, images: int) -> None:
        # The sums stay on the device: reading a number would make a GPU wait at every batch.
        self._images += images
        self._loss = self._loss + value.detach()
        if isinstance(kl, Tensor):
            self._kl = self._kl + kl.detach()
        else:
            self._split = False

    def _means(self) -> dict[str, float]:
        """The means of this epoch so far, nats per image."""
        if not self._images:
            return {}
        loss, kl = float(self._loss) / self._images, float(self._kl) / self._images
        return {"loss": loss, "reconstruction": loss - kl, "kl": kl} if self._split else {"loss": loss}

    def _after_batch(self) -> None:
        if not torch.is_grad_enabled():  # a loop that measures, not one that trains
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
        seconds = time.monotonic() - self._epoch_started
        if self.slow is not None and seconds > SLOW * self._fastest:
            react, self.slow = self.slow, None
            react()
        self._fastest = min(seconds, self._fastest)
        self._draw()
        self._epoch_started = time.monotonic()  # without what was done since the last batch

    def _draw(self) -> None:
        if self.draw_early is not None:
            draw, self.draw_early = self.draw_early, None
            draw()

    def _epoch(self) -> str:
        return f"{Words('에폭', 'epoch')} {min(len(self.history) + 1, self._epochs)}/{self._epochs}"

    def _text(self) -> str:
        means = self._means() or (self.history[-1] if self.history else {})
        if "kl" in means:
            terms = f"{means['reconstruction']:.1f} + KL {means['kl']:.1f} = {means['loss']:.1f}"
            return f"{Words('재구성', 'recon')} {terms} nats"
        return f"{Words('손실', 'loss')} {means['loss']:.1f} nats" if means else ""


class Bar(tqdm):
    """A progress bar over all batches. The text beside it is computed when the bar is drawn, at most ten times a second.

    tqdm itself falls back to plain ASCII if a console's encoding lacks the blocks. A log file gets fewer lines.
    """

    # Without tqdm's monitor thread: when an unclosed bar is collected, it and the thread that starts it can deadlock.
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
