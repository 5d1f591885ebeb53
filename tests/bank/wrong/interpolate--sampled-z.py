# stub: interpolate
# part: latent
# misconception: latent-sampled
# why: goes between two sampled codes
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a = model.reparameterize(*model.encode(x_start))
    b = model.reparameterize(*model.encode(x_end))
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    return model.decode((1 - t) * a + t * b).view(-1, 1, 28, 28)
