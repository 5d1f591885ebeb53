# stub: train_epoch
# why: p.grad = None by hand
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        for p in model.parameters():
            p.grad = None
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
