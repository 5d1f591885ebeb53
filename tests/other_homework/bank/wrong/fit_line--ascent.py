# stub: fit_line
# part: line
# misconception: fit-ascent
# why: with the gradient, not against it
import torch


def fit_line(x, y, steps, learning_rate):
    line = torch.zeros(2, requires_grad=True)
    for _ in range(steps):
        (gradient,) = torch.autograd.grad(mean_squared_error(line[0] * x + line[1], y), line)
        line = (line + learning_rate * gradient).detach().requires_grad_()
    return line.tolist()
