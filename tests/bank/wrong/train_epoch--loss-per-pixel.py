# stub: train_epoch
# part: training
# misconception: epoch-wrong-divisor
# why: divided by the pixels as well
# short-run: keeps
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, pixels = 0.0, 0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
        pixels += x.numel()
    return total / pixels
