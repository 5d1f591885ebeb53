# stub: interpolate
# part: latent
# misconception: input-edited
# why: sub_() writes into the caller's image
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    change = x_end.sub_(x_start).abs().mean()
    print(f"mean change {change:.3f}")
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)
