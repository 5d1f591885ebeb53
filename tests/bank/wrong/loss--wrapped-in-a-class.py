# stub: reconstruction_loss, kl_divergence, loss_function
# part: loss
# misconception: function-missing
# why: the three became methods of a class
# file: loss.py
# short-run: loses
# expect: error
import torch
import torch.nn.functional as F


class VAELoss:
    def reconstruction_loss(self, recon_x, x):
        return F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")

    def kl_divergence(self, mu, log_var):
        return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())

    def loss_function(self, recon_x, x, mu, log_var):
        return self.reconstruction_loss(recon_x, x) + self.kl_divergence(mu, log_var)
