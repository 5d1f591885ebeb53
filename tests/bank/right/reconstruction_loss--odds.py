# stub: reconstruction_loss
# why: x * logit(p) + log(1 - p), in halves
import torch


def reconstruction_loss(recon_x, x):
    p = recon_x.clamp(1e-7, 1 - 1e-7)
    log_odds = p.log() - (1 - p).log()
    return -(x.flatten(1) * log_odds + (1 - p).log()).sum()
