# stub: reconstruction_loss
# why: a Bernoulli with its argument check off
from torch.distributions import Bernoulli


def reconstruction_loss(recon_x, x):
    p = Bernoulli(probs=recon_x, validate_args=False)
    return -p.log_prob(x.view(-1, 784)).sum()
