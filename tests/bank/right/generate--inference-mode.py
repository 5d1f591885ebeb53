# stub: generate
# why: inference_mode as a decorator
import torch


@torch.inference_mode()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return model.decode(z).unflatten(1, (1, 28, 28))
