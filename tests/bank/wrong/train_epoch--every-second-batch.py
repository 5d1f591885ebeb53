# stub: train_epoch
# part: training
# misconception: epoch-batches-skipped
# why: calls next() once more inside the loop
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    batches = iter(loader)
    for x, _ in batches:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
        count += len(x)
        next(batches, None)
    return total / count
