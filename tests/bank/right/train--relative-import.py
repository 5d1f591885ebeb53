# stub: train
# why: from .loss import, learning rate by position
from torch.optim import Adam

from .loss import loss_function as negative_elbo


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = Adam(list(model.parameters()), learning_rate)
    losses = []
    while len(losses) < epochs:
        losses += [train_epoch(model, loader, negative_elbo, optimizer, device)]
    return losses
