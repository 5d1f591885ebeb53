# stub: train_epoch
# why: asks for more threads, which must not cost computing time
import torch

torch.set_num_threads(4)


def train_epoch(model, loader, loss_function, optimizer, device):
    torch.set_num_threads(4)
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
