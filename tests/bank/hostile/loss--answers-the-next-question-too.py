# stub: kl_divergence
# ends: crashed
# attack: answers the present question twice, with its own nonce, so that the second answer waits for the next question
# stopped-by: nonce
import sys

import torch

from autograder.sandbox import wire


def kl_divergence(mu, log_var):
    frame = sys._getframe()
    while "rpc" not in frame.f_locals:
        frame = frame.f_back
    answer = {"value": torch.zeros(()), "gradients": {}, "after": {"mu": mu, "log_var": log_var}}
    for _ in range(2):
        wire.send(frame.f_locals["rpc"], {"nonce": frame.f_locals["request"]["nonce"], "value": answer})
    return torch.zeros(())
