# stub: generate, interpolate, restore
# part: latent
# misconception: latent-shape
# why: all three return (K, 784)
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    return model.decode(torch.randn(count, model.latent_dim, device=device))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    return model.decode(a + t * (b - a))


@torch.no_grad()
def restore(model, x, known, iterations):
    x, known = x.flatten(1), known.flatten(1)
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        image = x * known + model.decode(model.encode(image)[0]) * (1 - known)
    return image
