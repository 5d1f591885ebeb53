# stub: train
# ends: timeout, graded
# loses: yes
# attack: stops its own process, so that it neither runs nor ends
# stopped-by: wall clock
import os
import signal


def train(model, loader, epochs, learning_rate, device):
    os.kill(os.getpid(), signal.SIGSTOP)
    raise ValueError("not stopped")
