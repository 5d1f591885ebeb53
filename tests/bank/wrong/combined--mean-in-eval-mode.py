# stub: reparameterize, restore
# part: reparameterize, latent
# misconception: reparam-eval-returns-mean, latent-sampled
# why: eval() switches the noise off, so restore trusts forward to be without it
import torch


def reparameterize(self, mu, log_var):
    if self.training:
        return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
    return mu


@torch.no_grad()
def restore(model, x, known, iterations):
    model.eval()
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model(image)[0].view_as(x)
        image = x * known + recon * (1 - known)
    return image
