# stub: train_epoch
# part: training
# misconception: epoch-step-order
# why: gradient accumulation over two batches
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    optimizer.zero_grad()
    for i, (x, _) in enumerate(loader):
        x = x.to(device)
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        total += loss.item()
        if i % 2 == 1 or i == len(loader) - 1:
            optimizer.step()
            optimizer.zero_grad()
    return total / len(loader.dataset)
