# stub: restore
# part: latent
# misconception: latent-sampled
# why: encode, reparameterize, decode
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    model.eval()
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        mu, log_var = model.encode(image)
        z = model.reparameterize(mu, log_var)
        image = x * known + model.decode(z).view_as(x) * (1 - known)
    return image
