# stub: train_epoch
# part: training
# misconception: epoch-step-order
# why: goes through the data twice and divides by both
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for _ in range(2):
        for x, _labels in loader:
            x = x.to(device)
            optimizer.zero_grad()
            recon_x, mu, log_var = model(x)
            loss = loss_function(recon_x, x, mu, log_var)
            loss.backward()
            optimizer.step()
            total += loss.item()
    return total / (2 * len(loader.dataset))
