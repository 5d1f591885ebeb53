# stub: interpolate
# part: latent
# misconception: latent-shape
# why: one linspace a dimension, and the transpose forgotten: (D, steps)
import numpy as np
import torch


def interpolate(model, x_start, x_end, steps):
    with torch.no_grad():
        start = model.encode(x_start)[0].squeeze().cpu().numpy()
        end = model.encode(x_end)[0].squeeze().cpu().numpy()
        codes = np.array([np.linspace(a, b, steps) for a, b in zip(start, end)])
        return model.decode(torch.from_numpy(codes).float().to(x_start.device)).view(steps, 1, 28, 28)
