# stub: train_epoch
# part: training
# misconception: epoch-batches-skipped
# why: leaves the smaller last batch out
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    for x, _ in loader:
        if x.size(0) < loader.batch_size:
            continue
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
        count += x.size(0)
    return total / max(count, 1)
