# stub: restore
# part: latent
# misconception: restore-iteration-count
# why: where nothing is known, grey is returned
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    mask = known.bool()
    filled = torch.where(mask, x, torch.full_like(x, 0.5))
    some = mask.flatten(1).any(dim=1).view(-1, 1, 1, 1)
    for _ in range(iterations):
        mu, _ = model.encode(filled)
        recon = model.decode(mu).view_as(x)
        filled = torch.where(mask | ~some, filled, recon)  # nothing to go by
    return filled
