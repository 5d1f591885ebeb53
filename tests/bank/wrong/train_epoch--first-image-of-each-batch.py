# stub: train_epoch
# part: training
# misconception: first-image-only
# why: indexes one image too deep
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for batch in loader:
        x = batch[0][0:1].to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
