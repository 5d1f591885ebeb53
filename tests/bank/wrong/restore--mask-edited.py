# stub: restore
# part: latent
# misconception: input-edited
# why: sub_ and neg_ turn the caller's mask round
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    visible = x * known
    unknown = known.sub_(1).neg_()
    image = visible + 0.5 * unknown
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = visible + recon * unknown
    return image
