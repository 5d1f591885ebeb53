# stub: train_epoch
# part: training
# misconception: epoch-returns-tensor
# why: the list of batch losses
# short-run: either
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    losses = []
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        losses.append(loss.item() / len(x))
    return losses
