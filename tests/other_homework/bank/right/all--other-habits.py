# stub: mean_squared_error, add_noise, fit_line
# why: all three, in other words
import torch


def mean_squared_error(prediction, target):
    return (prediction - target).square().sum() / prediction.numel()


def add_noise(y, spread):
    noise = torch.empty_like(y)
    noise.normal_(0, spread)
    return noise.add_(y)


def fit_line(x, y, steps, learning_rate):
    line = torch.nn.Linear(1, 1)
    torch.nn.init.zeros_(line.weight)
    torch.nn.init.zeros_(line.bias)
    for _ in range(steps):
        line.zero_grad()
        mean_squared_error(line(x[:, None])[:, 0], y).backward()
        with torch.no_grad():
            for parameter in line.parameters():
                parameter -= learning_rate * parameter.grad
    return [float(line.weight), float(line.bias)]
