# stub: train
# attack: takes memory until it is refused, as bytes, as tensors and in one piece
# stopped-by: rlimits, memory watch
# ends: graded, crashed, timeout
# loses: yes
import torch


def train(model, loader, epochs, learning_rate, device):
    grown = []
    while True:
        grown.append(torch.ones(1 << 24))
