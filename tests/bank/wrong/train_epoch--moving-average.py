# stub: train_epoch
# part: training
# misconception: epoch-last-batch-loss
# why: an exponential moving average in place of the mean
# short-run: keeps
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    smooth = None
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        value = loss.item() / len(x)
        smooth = value if smooth is None else 0.9 * smooth + 0.1 * value
    return smooth
