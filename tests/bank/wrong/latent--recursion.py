# stub: restore
# part: latent
# misconception: crashes-when-called
# why: restore calls itself and never stops
# file: latent.py
# short-run: keeps
# expect: error
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return model.decode(z).view(count, 1, 28, 28)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    recon = model.decode(model.encode(image)[0]).view_as(x)
    return restore(model, x * known + recon * (1 - known), known, iterations - 1)
