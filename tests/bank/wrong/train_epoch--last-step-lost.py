# stub: train_epoch
# part: training
# misconception: epoch-step-order
# why: a step after every batch but the last
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    previous = None
    for x, _ in loader:
        x = x.to(device)
        if previous is not None:
            previous.backward()
            optimizer.step()
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        previous = loss_function(recon_x, x, mu, log_var)
        total += previous.item()
    return total / len(loader.dataset)
