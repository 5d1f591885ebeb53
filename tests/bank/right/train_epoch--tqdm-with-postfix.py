# stub: train_epoch
# why: a tqdm bar that shows the loss
from tqdm.auto import tqdm


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    running, seen = 0.0, 0
    bar = tqdm(loader, desc="train", leave=False)
    for x, _ in bar:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        running += loss.item()
        seen += x.shape[0]
        bar.set_postfix(loss=running / seen)
    return running / seen
