# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-shared-dims
# why: random.gauss gives one Python number for the whole batch
import random

import torch


def reparameterize(self, mu, log_var):
    epsilon = random.gauss(0, 1)
    return mu + torch.exp(log_var / 2) * epsilon
