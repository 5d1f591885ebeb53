# stub: train
# part: training
# misconception: train-epoch-count
# why: ends for good after sixty steps, wherever that is
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history, steps = [], 0
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, _ in loader:
            x = x.to(device)
            recon_x, mu, log_var = model(x)
            loss = loss_function(recon_x, x, mu, log_var)
            total += loss.item()
            if steps < 60:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                steps += 1
        history.append(total / len(loader.dataset))
    return history
