# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-gradient
# why: sample() cuts the graph where rsample() keeps it
import torch
from torch.distributions import Normal


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return Normal(mu, std).sample()
