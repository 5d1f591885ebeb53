# stub: train_epoch
# part: training
# misconception: epoch-loss-rescaled
# why: loss / len(x) before backward: another gradient than the loss that was passed in
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var) / len(x)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
    return total / len(loader.dataset)
