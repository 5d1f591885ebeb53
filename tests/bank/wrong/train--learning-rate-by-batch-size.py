# stub: train
# part: training
# misconception: train-learning-rate
# why: divides the rate by the batch size because the loss is a sum
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    rate = learning_rate / loader.batch_size
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
