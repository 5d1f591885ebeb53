# stub: reconstruction_loss, kl_divergence, loss_function
# work: wrong
# most: 0
# ends: graded, crashed, timeout
# attack: values that contain themselves, are nested without end, or whose very attributes recurse
# stopped-by: frame caps
import sys


class Endless:
    def __getattribute__(self, name):
        return getattr(self, name)


def reconstruction_loss(recon_x, x):
    value = []
    value.append(value)
    return value


def kl_divergence(mu, log_var):
    value = 0
    for _ in range(100_000):
        value = [value]
    return value


def loss_function(recon_x, x, mu, log_var):
    sys.setrecursionlimit(10**9)
    return Endless()
