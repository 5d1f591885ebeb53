# stub: interpolate
# part: latent
# misconception: log-var-for-mu
# why: takes log_var for mu
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    _, a = model.encode(x_start)
    _, b = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)
