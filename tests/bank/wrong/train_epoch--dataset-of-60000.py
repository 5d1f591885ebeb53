# stub: train_epoch
# part: training
# misconception: epoch-wrong-divisor
# why: the size of MNIST is hard-coded
# short-run: keeps
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / 60000
