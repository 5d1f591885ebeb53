# stub: train_epoch
# why: goes through encode, reparameterize and decode by hand
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        mu, log_var = model.encode(x)
        z = model.reparameterize(mu, log_var)
        recon_x = model.decode(z)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
