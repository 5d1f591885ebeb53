# stub: kl_divergence
# part: loss
# misconception: beyond-float32
# why: the determinant is formed before its logarithm
import torch


def kl_divergence(mu, log_var):
    var = torch.exp(log_var)
    log_det = torch.log(torch.prod(var, dim=1))
    per_image = 0.5 * (var.sum(dim=1) + mu.pow(2).sum(dim=1) - mu.shape[1] - log_det)
    return per_image.sum()
