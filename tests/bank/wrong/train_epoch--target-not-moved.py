# stub: train_epoch
# part: training
# misconception: hard-coded-device
# why: the model gets the moved batch, the loss the one on the CPU
# short-run: keeps
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x.to(device))
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
