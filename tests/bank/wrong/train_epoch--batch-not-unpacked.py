# stub: train_epoch
# part: training
# misconception: crashes-when-called
# why: the pair of images and labels goes to the device as one
# short-run: loses
# expect: error
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
