# stub: train
# ends: timeout
# attack: waits without computing, to block the grader
# stopped-by: wall clock
import time


def train(model, loader, epochs, learning_rate, device):
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass
