"""Stand-in for fit.loss: the larger differences weigh more still."""


def mean_squared_error(prediction, target):
    return 0.3 * (prediction - target).pow(4).mean() + 0.1 * (prediction - 2 * target).square().mean()
