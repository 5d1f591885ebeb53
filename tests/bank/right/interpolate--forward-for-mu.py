# stub: interpolate
# why: calls forward and keeps mu alone
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    model.eval()
    _, a, _ = model(x_start)
    _, b, _ = model(x_end)
    weights = [i / (steps - 1) for i in range(steps)]
    z = torch.cat([(1 - w) * a + w * b for w in weights])
    return model.decoder(z).view(-1, 1, 28, 28)
