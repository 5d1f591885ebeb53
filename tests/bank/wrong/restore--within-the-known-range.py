# stub: restore
# part: latent
# misconception: restore-blended
# why: reconstructions are limited to the range of the known pixels
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    mask = known.bool()
    values = x[mask]
    low, high = (values.min(), values.max()) if values.numel() else (x.new_tensor(0.0), x.new_tensor(1.0))
    filled = torch.where(mask, x, torch.full_like(x, 0.5))
    for _ in range(iterations):
        mu, _ = model.encode(filled)
        recon = torch.clamp(model.decode(mu), low, high).view_as(x)
        filled = torch.where(mask, x, recon)
    return filled
