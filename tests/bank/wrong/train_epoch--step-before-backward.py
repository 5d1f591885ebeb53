# stub: train_epoch
# part: training
# misconception: epoch-step-order
# why: every step uses the gradients of the batch before
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.step()
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        total += loss.item()
    return total / len(loader.dataset)
