# stub: fit_line
# part: line
# misconception: fit-step-count
# why: the loop begins at 1
import torch


def fit_line(x, y, steps, learning_rate):
    line = torch.zeros(2, requires_grad=True)
    for _ in range(1, steps):
        (gradient,) = torch.autograd.grad(mean_squared_error(line[0] * x + line[1], y), line)
        line = (line - learning_rate * gradient).detach().requires_grad_()
    return line.tolist()
