# stub: kl_divergence
# part: loss
# misconception: kl-weighted
# why: KL warms up over the first thousand calls
import torch

calls = 0


def kl_divergence(mu, log_var):
    global calls
    calls += 1
    weight = min(1.0, calls / 1000)
    return weight * -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
