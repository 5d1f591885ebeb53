# stub: train_epoch
# part: training
# misconception: never-ends
# why: repeats the epoch until the loss is zero, which never happens
# short-run: loses
# expect: timeout
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    mean = float("inf")
    while mean > 0:
        total = 0.0
        for x, _ in loader:
            x = x.to(device)
            optimizer.zero_grad()
            recon_x, mu, log_var = model(x)
            loss = loss_function(recon_x, x, mu, log_var)
            loss.backward()
            optimizer.step()
            total += loss.item()
        mean = total / len(loader.dataset)
    return mean
