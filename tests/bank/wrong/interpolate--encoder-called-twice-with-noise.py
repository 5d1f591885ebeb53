# stub: interpolate
# part: latent
# misconception: latent-sampled
# why: interpolates mu and log_var and samples from each
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    mu_a, lv_a = model.encode(x_start)
    mu_b, lv_b = model.encode(x_end)
    frames = []
    for t in torch.linspace(0, 1, steps).tolist():
        mu = (1 - t) * mu_a + t * mu_b
        log_var = (1 - t) * lv_a + t * lv_b
        frames.append(model.decode(model.reparameterize(mu, log_var)).view(1, 1, 28, 28))
    return torch.cat(frames)
