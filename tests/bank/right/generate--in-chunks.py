# stub: generate
# why: in chunks of 64, from a multivariate normal
import torch


@torch.inference_mode()
def generate(model, count, device):
    out = []
    left = count
    while left:
        n = min(left, 64); left -= n
        out.append(model.decode(torch.distributions.MultivariateNormal(torch.zeros(model.latent_dim, device=device), torch.eye(model.latent_dim, device=device)).sample((n,))))
    return torch.cat(out).clamp(0, 1).unflatten(1, (1, 28, 28))
