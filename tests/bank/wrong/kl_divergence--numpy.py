# stub: kl_divergence
# part: loss
# misconception: loss-not-tensor
# why: computed with numpy
import numpy as np


def kl_divergence(mu, log_var):
    m = mu.detach().cpu().numpy()
    lv = log_var.detach().cpu().numpy()
    return -0.5 * np.sum(1 + lv - m**2 - np.exp(lv))
