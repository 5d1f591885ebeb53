# stub: reparameterize, kl_divergence, train_epoch, generate
# why: matplotlib, scikit-learn and torchvision imported at the top, prints and warnings on the way
import logging
import warnings

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.manifold import TSNE
from torchvision.utils import make_grid

logging.basicConfig(level=logging.INFO)
torch.set_printoptions(precision=3)
print("file loaded")


def reparameterize(self, mu, log_var):
    print("mu", mu.shape)
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)


def kl_divergence(mu, log_var):
    if not torch.isfinite(log_var).all():
        warnings.warn("log_var is not finite")
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())


def train_epoch(model, loader, loss_function, optimizer, device):
    warnings.warn("this may take a while")
    model.train()
    losses = []
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    logging.info("mean of batches %.3f", np.mean(losses))
    return sum(losses) / len(loader.dataset)


@torch.no_grad()
def generate(model, count, device):
    images = model.decode(torch.randn(count, model.latent_dim, device=device)).view(count, 1, 28, 28)
    grid = make_grid(images.cpu(), nrow=8)
    logging.info("grid %s", tuple(grid.shape))
    return images
