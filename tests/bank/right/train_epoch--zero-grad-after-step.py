# stub: train_epoch
# why: clears the gradients after the step
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for batch in loader:
        x = batch[0].to(device)
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += float(loss)
    return total / len(loader.dataset)
