# stub: kl_divergence
# part: loss
# misconception: hard-coded-size
# why: sums over the first 128 images
import torch


def kl_divergence(mu, log_var):
    terms = -0.5 * (1 + log_var - mu.pow(2) - log_var.exp())
    return terms[:128].sum()
