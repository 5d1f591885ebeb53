# stub: reparameterize
# why: type hints, a docstring, asserts and a walrus
import torch
from torch import Tensor


def reparameterize(self, mu: Tensor, log_var: Tensor) -> Tensor:
    """z = mu + sigma * eps with eps ~ N(0, I)."""
    assert mu.shape == log_var.shape
    return mu + (std := torch.exp(0.5 * log_var)) * torch.randn_like(std)
