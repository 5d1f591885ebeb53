# stub: restore
# part: latent
# misconception: first-image-only
# why: the first mask of a shape is kept for all later calls
import torch

_masks = {}


def _mask(known):
    key = (tuple(known.shape), known.device)
    if key not in _masks:
        _masks[key] = known.bool()
    return _masks[key]


@torch.no_grad()
def restore(model, x, known, iterations):
    mask = _mask(known)
    filled = torch.where(mask, x, torch.full_like(x, 0.5))
    for _ in range(iterations):
        mu, _ = model.encode(filled)
        filled = torch.where(mask, x, model.decode(mu).view_as(x))
    return filled
