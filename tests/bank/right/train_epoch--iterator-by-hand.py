# stub: train_epoch
# why: iter, next and StopIteration
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, n = 0.0, 0
    batches = iter(loader)
    while True:
        try:
            x, _ = next(batches)
        except StopIteration:
            break
        x = x.to(device)
        optimizer.zero_grad()
        loss = loss_function(*(lambda r, m, v: (r, x, m, v))(*model(x)))
        loss.backward()
        optimizer.step()
        total += loss.item()
        n += len(x)
    return total / n
