# stub: train
# ends: timeout
# attack: computes in children, whose time is not the parent's, and sleeps itself
# stopped-by: CPU watch
import os
import time


def train(model, loader, epochs, learning_rate, device):
    for _ in range(4):
        if os.fork() == 0:
            while True:
                pass
    time.sleep(1000)
