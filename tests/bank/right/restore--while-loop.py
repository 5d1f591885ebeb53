# stub: restore
# why: a while loop, and prints
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    unknown = 1.0 - known
    image = x * known + 0.5 * unknown
    done = 0
    while done < iterations:
        recon = model.decode(model.encode(image)[0]).view_as(x)
        change = ((recon - image) * unknown).abs().mean().item()
        image = x * known + recon * unknown
        done += 1
        print(f"iteration {done}: change {change:.4f}")
    return image
