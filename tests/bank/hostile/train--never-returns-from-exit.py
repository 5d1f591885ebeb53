# stub: train
# ends: timeout, crashed
# attack: registers functions that run for ever at exit, at fork and in destructors, and then exits
# stopped-by: CPU watch, wall clock
import atexit
import os
import sys


class Stays:
    def __del__(self):
        while True:
            pass


@atexit.register
def stay():
    while True:
        pass


os.register_at_fork(after_in_child=stay)


def train(model, loader, epochs, learning_rate, device):
    kept = Stays()
    del kept
