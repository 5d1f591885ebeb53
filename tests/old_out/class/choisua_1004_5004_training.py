def train_epoch(model, loader, loss_function, optimizer, device):
    while True:
        pass


def train(model, loader, epochs, learning_rate, device):
    return [0.0] * epochs
