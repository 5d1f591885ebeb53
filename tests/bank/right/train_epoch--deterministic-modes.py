# stub: train_epoch
# why: sets modes of torch at import, keeps sizes and losses in lists
import torch
torch.use_deterministic_algorithms(True)
torch.set_default_device("cpu")
torch.set_float32_matmul_precision("high")
def train_epoch(model, loader, loss_function, optimizer, device):
    device = torch.device(device)
    model.train()
    losses, sizes = [], []
    for i, (x, y) in enumerate(loader):
        x, y = x.to(device), y.to(device)
        out = model(x)
        loss = loss_function(*out[:1], x, *out[1:])
        for p in model.parameters(): p.grad = None
        loss.backward()
        optimizer.step()
        losses.append(loss.item()); sizes.append(x.shape[0])
    import math
    return math.fsum(losses) / sum(sizes)
