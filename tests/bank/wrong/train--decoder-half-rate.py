# stub: train
# part: training
# misconception: train-learning-rate
# why: the decoder learns at a tenth of the rate
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(
        [
            {"params": model.encoder.parameters(), "lr": learning_rate},
            {"params": model.decoder.parameters(), "lr": learning_rate / 10},
        ]
    )
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
