# stub: train_epoch
# part: training
# misconception: epoch-no-step
# why: steps without gradients
# short-run: loses
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
