# stub: generate, interpolate, restore
# part: latent
# misconception: latent-gradients
# why: none of the three switches gradients off
# short-run: keeps
import torch


def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return model.decode(z).view(count, 1, 28, 28)


def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)


def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image
