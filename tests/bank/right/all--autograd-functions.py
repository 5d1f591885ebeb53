# stub: kl_divergence, reparameterize
# why: own autograd.Function with a backward pass by hand
import torch


class KL(torch.autograd.Function):
    @staticmethod
    def forward(ctx, mu, log_var):
        ctx.save_for_backward(mu, log_var)
        return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
    @staticmethod
    def backward(ctx, g):
        mu, log_var = ctx.saved_tensors
        return g * mu, g * 0.5 * (log_var.exp() - 1)
class R(torch.autograd.Function):
    @staticmethod
    def forward(ctx, mu, log_var):
        n = torch.randn_like(mu) * (0.5 * log_var).exp()
        ctx.save_for_backward(n)
        return mu + n
    @staticmethod
    def backward(ctx, g):
        (n,) = ctx.saved_tensors
        return g, 0.5 * g * n
def kl_divergence(mu, log_var):
    return KL.apply(mu, log_var)
def reparameterize(self, mu, log_var):
    return R.apply(mu, log_var)
