# stub: train_epoch
# why: hands the optimiser a closure
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)

        def closure(x=x):
            optimizer.zero_grad()
            recon_x, mu, log_var = model(x)
            loss = loss_function(recon_x, x, mu, log_var)
            loss.backward()
            return loss

        total += optimizer.step(closure).item()
    return total / len(loader.dataset)
