"""Training: minimise the negative ELBO by stochastic gradient descent (Kingma & Welling 2013, algorithm 1).

The loaders yield (images, labels); a VAE learns without the labels.
(For the style of a finished function see `VAE.encode` in model.py.)
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
    """One pass over the loader, one optimiser step for each batch.

    Puts the model into training mode. Steps on the value of `loss_function` as it is returned, unscaled.

    Args:
        model: a VAE, on `device` already; model(x) gives recon_x (N, 784), mu (N, D), log_var (N, D).
        loader: yields images (N, 1, 28, 28) and labels; the last batch may be smaller than the others.
        loss_function: called as loss_function(recon_x, x, mu, log_var); summed, not averaged, over the batch.
        optimizer: holds the model's parameters.
        device: where each batch is moved to.

    Returns:
        The mean loss per image, nats: the sum of the batch losses, each taken before that batch's own step,
        divided by the number of images. A Python float.
    """
    # TODO 3a: Write the loop.
    #   - For each batch: move the images; forward, loss, backward, step. When are old gradients forgotten?
    #   - Add up numbers: a sum of tensors that still carry gradients keeps every batch's graph alive.
    #   - The batch losses are sums: divide by the number of images, not by the number of batches.
    raise NotImplementedError("Task 3a: train_epoch is not written yet. 아직 작성되지 않았습니다.")


def train(
    model: nn.Module,
    loader: DataLoader,
    epochs: int,
    learning_rate: float,
    device: str | torch.device,
) -> list[float]:
    """Train with Adam on `vae.loss.loss_function`, `epochs` times over the loader.

    Args:
        model: a VAE, on any device; it is moved to `device`.
        loader: yields (images, labels).
        epochs: number of passes.
        learning_rate: Adam's step size; its other settings keep their defaults.
        device: where to train.

    Returns:
        One mean loss per image for each epoch, nats.
    """
    # TODO 3b: Put training together.
    #   - Move the model first, then give its parameters to torch.optim.Adam.
    #   - Adam remembers past gradients: how many optimisers does a whole training need?
    raise NotImplementedError("Task 3b: train is not written yet. 아직 작성되지 않았습니다.")
