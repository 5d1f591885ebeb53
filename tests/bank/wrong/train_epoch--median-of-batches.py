# stub: train_epoch
# part: training
# misconception: epoch-mean-of-batch-means
# why: median of the batch means
# short-run: keeps
import statistics


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    means = []
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        means.append(loss.item() / x.shape[0])
    return statistics.median(means)
