# stub: train
# ends: timeout
# attack: blocks and ignores every signal, swallows every exception, and computes for ever
# stopped-by: rlimits, CPU watch
import signal


def train(model, loader, epochs, learning_rate, device):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
