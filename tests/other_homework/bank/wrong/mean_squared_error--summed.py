# stub: mean_squared_error
# part: loss
# misconception: error-summed
# why: the sum is not divided
import torch


def mean_squared_error(prediction, target):
    return (prediction - target).square().sum()
