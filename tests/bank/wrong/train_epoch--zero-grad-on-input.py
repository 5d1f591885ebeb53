# stub: train_epoch
# part: training
# misconception: epoch-no-zero-grad
# why: clears the gradient of the images, not of the parameters
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        x.grad = None
        loss = loss_function(*_arguments(model, x))
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)


def _arguments(model, x):
    recon_x, mu, log_var = model(x)
    return recon_x, x, mu, log_var
