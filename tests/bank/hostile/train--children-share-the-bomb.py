# stub: train
# ends: crashed, timeout
# attack: spreads its memory over children, each of them modest
# stopped-by: memory watch
import os
import time


def train(model, loader, epochs, learning_rate, device):
    for _ in range(8):
        if os.fork() == 0:
            mine = b"x" * (300 << 20)
            time.sleep(1000)
    time.sleep(1000)
