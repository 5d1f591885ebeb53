# stub: interpolate, restore
# part: latent
# misconception: latent-sampled
# why: a sampled z wherever the mean was asked
# short-run: keeps
import torch


def sample_code(model, x):
    mu, log_var = model.encode(x)
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = sample_code(model, x_start), sample_code(model, x_end)
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(sample_code(model, image)).view_as(x)
        image = x * known + recon * (1 - known)
    return image
