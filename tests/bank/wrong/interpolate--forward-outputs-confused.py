# stub: interpolate
# part: latent
# misconception: log-var-for-mu
# why: unpacks forward in the order of encode
# short-run: keeps
# expect: error
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    mu_a, log_var_a, _ = model(x_start)
    mu_b, log_var_b, _ = model(x_end)
    t = torch.linspace(0, 1, steps, device=mu_a.device).unsqueeze(1)
    return model.decode(mu_a + t * (mu_b - mu_a)).view(-1, 1, 28, 28)
