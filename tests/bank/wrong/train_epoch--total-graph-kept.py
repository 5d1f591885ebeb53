# stub: train_epoch
# part: training
# misconception: crashes-when-called
# why: backward on the running total goes through old graphs a second time
# short-run: loses
# expect: error
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        total = total + loss_function(recon_x, x, mu, log_var)
        total.backward()
        optimizer.step()
    return total.item() / len(loader.dataset)
