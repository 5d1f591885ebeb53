# stub: train_epoch
# part: training
# misconception: epoch-last-batch-loss
# why: total = 0 stands inside the loop
# short-run: keeps
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    for x, _ in loader:
        total = 0.0
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
