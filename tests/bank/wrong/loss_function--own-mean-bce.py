# stub: loss_function
# part: loss
# misconception: loss-mixed-reduction
# why: its own reconstruction term with the default mean
import torch.nn.functional as F


def loss_function(recon_x, x, mu, log_var):
    recon = F.binary_cross_entropy(recon_x, x.view(-1, 784))
    return recon + kl_divergence(mu, log_var)
