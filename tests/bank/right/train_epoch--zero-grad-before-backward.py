# stub: train_epoch
# why: zero_grad between forward and backward, keyword arguments
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    for images, labels in loader:
        images = images.to(device, non_blocking=True)
        recon, mu, log_var = model(images)
        loss = loss_function(recon_x=recon, x=images, mu=mu, log_var=log_var)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach().cpu().item()
        count += images.size(0)
    return total / count
