# stub: train_epoch
# part: training
# misconception: part-of-model-frozen
# why: the decoder's parameters are switched off
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    for p in model.decoder.parameters():
        p.requires_grad_(False)
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
