# stub: train_epoch
# part: training
# misconception: nothing-returned
# why: prints the loss and returns nothing
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
    print(f"loss {total / len(loader.dataset):.2f}")
