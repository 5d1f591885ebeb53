# stub: mean_squared_error
# why: the library's own
import torch


def mean_squared_error(prediction, target):
    return torch.nn.functional.mse_loss(prediction, target)
