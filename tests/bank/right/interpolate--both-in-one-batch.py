# stub: interpolate
# why: encodes both images in one batch
import torch


@torch.inference_mode()
def interpolate(model, x_start, x_end, steps):
    a, b = model.encode(torch.cat([x_start, x_end]))[0]
    t = torch.linspace(1, 0, steps, device=a.device)
    z = torch.outer(t, a) + torch.outer(1 - t, b)
    return model.decode(z).view(steps, 1, 28, 28)
