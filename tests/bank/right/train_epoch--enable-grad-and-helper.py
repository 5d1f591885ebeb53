# stub: train_epoch
# why: a helper for one step, gradients switched on explicitly
import torch


def one_step(model, x, loss_function, optimizer):
    with torch.enable_grad():
        output = model(x)
        loss = loss_function(output[0], x, *output[1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def train_epoch(model, loader, loss_function, optimizer, device):
    device = torch.device(device)
    model.train()
    total = 0.0
    for x, *_rest in loader:
        total += one_step(model, x.to(device), loss_function, optimizer)
    return total / len(loader.dataset)
