# stub: train_epoch
# part: training
# misconception: epoch-last-batch-loss
# why: returns the loss of the last batch
# short-run: keeps
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
    return loss.item() / len(x)
