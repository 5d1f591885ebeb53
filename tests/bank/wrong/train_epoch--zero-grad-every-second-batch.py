# stub: train_epoch
# part: training
# misconception: epoch-zero-grad-misplaced
# why: clears the gradients only at every second batch
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for i, (x, _) in enumerate(loader):
        x = x.to(device)
        if i % 2 == 0:
            optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
