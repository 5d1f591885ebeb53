# stub: reconstruction_loss
# part: loss
# misconception: rec-logits
# why: hands probabilities to Bernoulli as logits
from torch.distributions import Bernoulli


def reconstruction_loss(recon_x, x):
    p = Bernoulli(logits=recon_x, validate_args=False)
    return -p.log_prob(x.view(-1, 784)).sum()
