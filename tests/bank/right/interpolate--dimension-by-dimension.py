# stub: interpolate
# why: a linspace for each latent dimension, from encoder and chunk
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a = model.encoder(x_start.flatten(1)).chunk(2, dim=1)[0].squeeze(0)
    b = model.encoder(x_end.flatten(1)).chunk(2, dim=1)[0].squeeze(0)
    columns = [torch.linspace(p.item(), q.item(), steps, device=a.device) for p, q in zip(a, b)]
    return model.decode(torch.stack(columns, dim=1)).view(-1, 1, 28, 28)
