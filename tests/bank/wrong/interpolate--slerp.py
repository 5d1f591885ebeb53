# stub: interpolate
# part: latent
# misconception: interp-spacing
# why: goes along a great circle
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    cos = (a * b).sum() / (a.norm() * b.norm())
    omega = torch.acos(cos.clamp(-0.999, 0.999))
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    z = (torch.sin((1 - t) * omega) * a + torch.sin(t * omega) * b) / torch.sin(omega)
    return model.decode(z).view(-1, 1, 28, 28)
