# stub: fit_line
# why: torch's optimiser takes the steps
import torch


def fit_line(x, y, steps, learning_rate):
    slope, intercept = (torch.zeros((), requires_grad=True) for _ in range(2))
    optimizer = torch.optim.SGD([slope, intercept], lr=learning_rate)
    for _ in range(steps):
        optimizer.zero_grad()
        mean_squared_error(slope * x + intercept, y).backward()
        optimizer.step()
    return [slope.item(), intercept.item()]
