# stub: train, train_epoch
# work: empty
# attack: patches the optimisers, DataLoader, and the stand-ins for vae.model and vae.loss, and trains nothing
# stopped-by: no verdict in the process
import torch
import vae.loss
import vae.model

torch.optim.Adam.step = torch.optim.SGD.step = lambda self, *a, **k: None
torch.utils.data.DataLoader.__iter__ = lambda self: iter([])
vae.loss.loss_function = lambda *a, **k: torch.zeros((), requires_grad=True)
vae.model.VAE.forward = lambda self, x: (x.flatten(1), x, x)
vae.model.VAE.state_dict = lambda self, *a, **k: {}
