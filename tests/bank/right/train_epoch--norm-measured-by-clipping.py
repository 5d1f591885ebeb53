# stub: train_epoch
# why: clip_grad_norm_ with an infinite bound measures the norm and clips nothing; ends in evaluation mode
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, norms = 0.0, []
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf")))
        optimizer.step()
        total += loss.item()
    model.eval()
    return total / len(loader.dataset)
