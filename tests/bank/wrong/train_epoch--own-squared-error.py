# stub: train_epoch
# part: training
# misconception: epoch-own-loss
# why: its own squared error in place of the loss that was passed in
import torch.nn.functional as F


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = F.mse_loss(recon_x, x.flatten(1), reduction="sum")
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
