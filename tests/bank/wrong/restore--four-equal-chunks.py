# stub: restore
# part: latent
# misconception: restore-iteration-count
# why: four chunks of equal size: the remainder stays grey
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    mask = known.bool()
    filled = torch.where(mask, x, torch.full_like(x, 0.5))
    size = max(1, len(x) // 4)
    for k in range(4):  # save memory
        rows = slice(k * size, (k + 1) * size)
        part = filled[rows]
        if len(part) == 0:
            break
        for _ in range(iterations):
            mu, _ = model.encode(part)
            part = torch.where(mask[rows], x[rows], model.decode(mu).view_as(part))
        filled[rows] = part
    return filled
