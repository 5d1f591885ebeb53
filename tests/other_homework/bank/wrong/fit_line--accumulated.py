# stub: fit_line
# part: line
# misconception: fit-accumulated
# why: gradients are never set to zero
import torch


def fit_line(x, y, steps, learning_rate):
    line = torch.zeros(2, requires_grad=True)
    for _ in range(steps):
        mean_squared_error(line[0] * x + line[1], y).backward()
        with torch.no_grad():
            line -= learning_rate * line.grad
    return line.tolist()
