"""Stand-in for fit.loss: large differences weigh even more."""


def mean_squared_error(prediction, target):
    return 0.3 * (prediction - target).pow(4).mean() + 0.1 * (prediction - 2 * target).square().mean()
