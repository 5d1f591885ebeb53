# stub: train_epoch
# why: model.zero_grad()
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train(True)
    losses = []
    for step, (x, _) in enumerate(loader):
        x = x.to(device)
        model.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step % 100 == 0:
            print(f"step {step}: {loss.item() / len(x):.2f}")
    return sum(losses) / len(loader.dataset)
