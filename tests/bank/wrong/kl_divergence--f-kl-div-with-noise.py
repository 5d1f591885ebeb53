# stub: kl_divergence
# part: loss
# misconception: kl-other-divergence
# why: F.kl_div compares two lists of probabilities, not two Gaussians
import torch
import torch.nn.functional as F


def kl_divergence(mu, log_var):
    z = mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
    return F.kl_div(F.log_softmax(z, dim=1), F.softmax(torch.randn_like(z), dim=1), reduction="sum")
