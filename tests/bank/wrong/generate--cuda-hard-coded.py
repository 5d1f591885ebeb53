# stub: generate
# part: latent
# misconception: hard-coded-device
# why: .cuda() whatever device was asked
# short-run: keeps
# expect: error
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim).cuda()
    return model.decode(z).view(count, 1, 28, 28)
