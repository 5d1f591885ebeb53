"""How many threads torch uses while a training runs on the CPU: a short measurement finds the fastest number. Given.

Threads wait for each other in every operation. If other programs keep the cores busy, two threads can be twenty times
as slow as one.
"""

from __future__ import annotations

import math
import os
import time

import torch
from torch import Tensor, nn

SECONDS = 0.05  # to measure each number of threads
GAIN = 0.9  # more threads have to save a tenth of the time: a core that is idle now may be busy later
LARGEST_BATCH = 512  # enough to see what threads gain


class Threads:
    """Chooses torch's number of threads inside a `with` block. What the student sets there or set before stays.

    Attributes:
        own: whether the student has set the number, by an environment variable or with torch.set_num_threads.
    """

    def __init__(self) -> None:
        self.own = bool(os.environ.get("OMP_NUM_THREADS") or os.environ.get("MKL_NUM_THREADS"))

    def __enter__(self) -> Threads:
        self._most, self._set = torch.get_num_threads(), torch.set_num_threads
        torch.set_num_threads = self._set_by_student
        return self

    def __exit__(self, *_: object) -> None:
        torch.set_num_threads = self._set
        if not self.own:
            self._set(self._most)

    def choose(self, batch_size: int) -> None:
        """Measure, and use the fastest number for batches of this size: 1, 2, 4 and so on up to torch's default."""
        if self.own:
            return
        # Neither the student's random numbers nor the student's model are touched.
        with torch.random.fork_rng(devices=[]), torch.device("cpu"), torch.enable_grad():
            network, x = _network(), torch.rand(min(batch_size, LARGEST_BATCH), 784)
            best = 1
            self._set(best)
            _step(network, x)  # the first one takes longer
            shortest = _seconds(network, x)
            while best < self._most:
                more = min(2 * best, self._most)
                self._set(more)
                seconds = _seconds(network, x, patience=2 * shortest)
                if seconds > GAIN * shortest:
                    break
                best, shortest = more, seconds
            self._set(best)

    def _set_by_student(self, number: int) -> None:
        self._set(number)
        self.own = True


def _network() -> nn.Module:
    """A network as large as the given one; its code layer need not be."""
    encoder = (nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 20))
    return nn.Sequential(*encoder, nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid())


def _step(network: nn.Module, x: Tensor, patience: float = math.inf) -> bool:
    """A forward and a backward pass; only the first, and False, if it takes longer than `patience` seconds."""
    started = time.perf_counter()
    y = network(x)
    if time.perf_counter() - started > patience:
        return False
    y.square().sum().backward()
    return True


def _seconds(network: nn.Module, x: Tensor, patience: float = math.inf) -> float:
    """The mean time of a step; infinite if a step loses patience."""
    started, steps = time.perf_counter(), 0
    while steps < 2 or time.perf_counter() - started < SECONDS:
        if not _step(network, x, patience):
            return math.inf
        steps += 1
    return (time.perf_counter() - started) / steps
