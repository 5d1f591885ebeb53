# stub: train_epoch
# part: training
# misconception: epoch-last-batch-loss
# why: the running loss is printed and set to 0 every hundred batches
# short-run: keeps


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for number, (images, _) in enumerate(loader):
        images = images.to(device)
        optimizer.zero_grad()
        recon, mu, log_var = model(images)
        loss = loss_function(recon, images, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
        if number % 100 == 99:
            print(number, total / 100)
            total = 0.0
    return total / len(loader.dataset)
