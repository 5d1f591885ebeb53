# stub: train
# ends: crashed, timeout
# attack: takes memory in shared mappings, which the limit on private memory does not count
# stopped-by: memory watch
import mmap


def train(model, loader, epochs, learning_rate, device):
    grown = []
    while True:
        grown.append(mmap.mmap(-1, 1 << 26))
        grown[-1].write(b"x" * (1 << 26))
