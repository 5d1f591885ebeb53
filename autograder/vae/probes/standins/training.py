"""Stand-in for vae.training: no step is taken."""


def train_epoch(model, loader, loss_function, optimizer, device):
    return 0.0


def train(model, loader, epochs, learning_rate, device):
    return [0.0] * epochs
