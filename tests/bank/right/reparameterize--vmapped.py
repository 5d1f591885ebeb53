# stub: reparameterize
# why: written for one image, mapped over the batch
import torch


def reparameterize(self, mu, log_var):
    def one(mu, log_var):
        return mu + torch.exp(log_var / 2) * torch.randn_like(mu)

    return torch.vmap(one, randomness="different")(mu, log_var)
