"""Stand-in for fit.line: adds nothing and fits nothing."""


def add_noise(y, spread):
    return y.clone()


def fit_line(x, y, steps, learning_rate):
    return [0.0, 0.0]
