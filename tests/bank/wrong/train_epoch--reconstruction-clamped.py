# stub: train_epoch
# part: training
# misconception: epoch-loss-rescaled
# why: clamps the reconstruction between the model and the loss
from collections.abc import Callable
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader
from vae.loss import loss_function


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    for images, _ in loader:
        images = images.to(device)
        recon_x, mu, log_var = model(images)
        recon_x = recon_x.clamp(0.01, 0.99)  # no log(0)
        loss = loss_function(recon_x, images, mu, log_var)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        count += images.size(0)
    return total / count
