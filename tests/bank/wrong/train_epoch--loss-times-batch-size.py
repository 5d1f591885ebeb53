# stub: train_epoch
# part: training
# misconception: epoch-wrong-divisor
# why: multiplies each batch's loss by its size, though it is a sum already
# short-run: keeps


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for pictures, digits in loader:
        pictures = pictures.to(device)
        optimizer.zero_grad()
        recon, mu, log_var = model(pictures)
        loss = loss_function(recon, pictures, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item() * pictures.size(0)
    return total / len(loader.dataset)
