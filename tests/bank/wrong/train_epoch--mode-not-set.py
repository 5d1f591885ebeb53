# stub: train_epoch
# part: training
# misconception: epoch-mode
# why: never calls model.train(): a model that was evaluated before stays so
def train_epoch(model, loader, loss_function, optimizer, device):
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
