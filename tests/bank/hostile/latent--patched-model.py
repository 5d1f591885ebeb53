# stub: generate, interpolate, restore
# work: wrong
# most: 7
# attack: replaces decode and encode of the model it is given, so that nothing it returns disagrees with that model
# stopped-by: no answers in the process
import torch


def grey(model):
    model.decode = lambda z: torch.full((len(z), 784), 0.5)
    model.encode = lambda x: (torch.zeros(len(x), model.latent_dim), torch.zeros(len(x), model.latent_dim))
    model.decoder = model.encoder = None


def generate(model, count, device):
    grey(model)
    return torch.full((count, 1, 28, 28), 0.5)


def interpolate(model, x_start, x_end, steps):
    grey(model)
    return torch.full((steps, 1, 28, 28), 0.5)


def restore(model, x, known, iterations):
    grey(model)
    return torch.where(known.bool(), x, 0.5)
