# stub: interpolate
# why: torch's interpolation for pictures, along a signal of two points
import torch
import torch.nn.functional as F


def interpolate(model, x_start, x_end, steps):
    with torch.no_grad():
        ends = torch.stack([model.encode(x_start)[0][0], model.encode(x_end)[0][0]], dim=-1)
        z = F.interpolate(ends.unsqueeze(0), size=steps, mode="linear", align_corners=True)[0].T
        return model.decode(z).view(steps, 1, 28, 28)
