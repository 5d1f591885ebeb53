# stub: reconstruction_loss
# part: loss
# misconception: crashes-when-called
# why: Bernoulli's own check refuses grey targets
# short-run: loses
# expect: error
from torch.distributions import Bernoulli


def reconstruction_loss(recon_x, x):
    return -Bernoulli(recon_x).log_prob(x.view(-1, 784)).sum()
