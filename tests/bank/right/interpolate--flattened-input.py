# stub: interpolate
# why: hands flat images to encode
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start.view(1, 784))
    b, _ = model.encode(x_end.view(1, 784))
    step = (b - a) / (steps - 1)
    z = a + torch.arange(steps, device=a.device).unsqueeze(1) * step
    return model.decode(z).view(-1, 1, 28, 28)
