# stub: train_epoch
# why: torch.autograd.grad and p.grad by hand
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    params = list(model.parameters())
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        grads = torch.autograd.grad(loss, params, allow_unused=True)
        for p, g in zip(params, grads):
            p.grad = g
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
