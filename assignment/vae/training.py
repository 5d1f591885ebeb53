"""Training: minimise the negative ELBO by stochastic gradient descent (Kingma & Welling 2013, algorithm 1).

The loaders yield (images, labels); a VAE learns without the labels.
(For an example of a finished function, see `VAE.encode` in model.py.)
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from vae.loss import loss_function


def train_epoch(
    model: nn.Module,
    loader: DataLoader,
    loss_function: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    device: str | torch.device,
) -> float:
    """Train for one pass over the loader, with one optimiser step per batch.

    Puts the model into training mode. Steps on the value that `loss_function` returns, unscaled.

    Args:
        model: a VAE, already on `device`; model(x) returns recon_x (N, 784), mu (N, D), log_var (N, D).
        loader: yields images (N, 1, 28, 28) and labels; the last batch may be smaller than the others.
        loss_function: called as loss_function(recon_x, x, mu, log_var); a sum over the batch, not a mean.
        optimizer: holds the model's parameters.
        device: the device to move each batch to.

    Returns:
        The mean loss per image, in nats, as a Python float: the sum of the batch losses, each taken before
        that batch's own step, divided by the number of images.
    """
    # TODO 3a: Write the loop.
    #   - For each batch: move the images, then forward, loss, backward, step. When do you clear old gradients?
    #   - Add up numbers: a sum of tensors that track gradients keeps the graph of every batch in memory.
    #   - The batch losses are sums: divide by the number of images, not by the number of batches.
    raise NotImplementedError("Task 3a: train_epoch is not written yet. 아직 작성되지 않았습니다.")


def train(
    model: nn.Module,
    loader: DataLoader,
    epochs: int,
    learning_rate: float,
    device: str | torch.device,
) -> list[float]:
    """Train with Adam on `vae.loss.loss_function` for `epochs` passes over the loader.

    Args:
        model: a VAE, on any device; it is moved to `device`.
        loader: yields (images, labels).
        epochs: number of passes.
        learning_rate: Adam's step size; its other settings keep their defaults.
        device: the device to train on.

    Returns:
        The mean loss per image of each epoch, in nats.
    """
    # TODO 3b: Put the training together.
    #   - Move the model first, then pass its parameters to torch.optim.Adam.
    #   - Adam remembers past gradients: how many optimisers does the whole training need?
    raise NotImplementedError("Task 3b: train is not written yet. 아직 작성되지 않았습니다.")


if __name__ == "__main__":  # an editor's Run button
    raise SystemExit("Nothing runs here (직접 실행하는 파일이 아닙니다). Instead: python -m vae check 3")
