# stub: train
# part: training
# misconception: part-of-model-frozen
# why: only the weight matrices go to Adam
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    weights = [p for p in model.parameters() if p.dim() > 1]
    optimizer = torch.optim.Adam(weights, lr=learning_rate)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
