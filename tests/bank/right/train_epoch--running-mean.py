# stub: train_epoch
# why: a running mean over images
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    mean, seen = 0.0, 0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        n = x.size(0)
        seen += n
        mean += n * (loss.item() / n - mean) / seen
    return mean
