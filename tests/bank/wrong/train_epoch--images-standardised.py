# stub: train_epoch
# part: training
# misconception: epoch-input-changed
# why: MNIST's mean and deviation are taken off the images for the network
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model((x - 0.1307) / 0.3081)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
