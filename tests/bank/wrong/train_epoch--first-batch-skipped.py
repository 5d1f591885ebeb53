# stub: train_epoch
# part: training
# misconception: epoch-batches-skipped
# why: the first batch is used up by looking at its shape
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    batches = iter(loader)
    images, _ = next(batches)
    print("batch shape", tuple(images.shape))
    total = 0.0
    for x, _ in batches:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
