# stub: generate
# part: latent
# misconception: gen-posterior
# why: feeds noise images through the whole model
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    noise = torch.rand(count, 1, 28, 28, device=device)
    recon_x, mu, log_var = model(noise)
    return recon_x.view(count, 1, 28, 28)
