# stub: reparameterize
# why: a helper function and a decorator of the student's own
import functools

import torch


def logged(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        result = fn(*args, **kwargs)
        assert torch.is_tensor(result)
        return result

    return wrapper


def standard_deviation(log_variance):
    return (0.5 * log_variance).exp()


@logged
def reparameterize(self, mu, log_var):
    return mu + standard_deviation(log_var) * torch.randn_like(mu)
