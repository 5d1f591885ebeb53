# stub: generate
# why: asks for a window to draw in, sets its streams to UTF-8 and wraps them, as on a Korean Windows
import io
import sys

import matplotlib

matplotlib.use("TkAgg")
import matplotlib.pyplot as plt
import torch
from tqdm.autonotebook import trange

sys.stdout.reconfigure(encoding="utf-8", errors="replace")
sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding="utf-8", line_buffering=True)
sys.stderr = io.TextIOWrapper(sys.stderr.buffer, encoding="utf-8")
plt.ion()


@torch.no_grad()
def generate(model, count, device):
    images = [model.decode(torch.randn(1, model.latent_dim, device=device)) for _ in trange(count)]
    print("images:", len(images), flush=True)
    return torch.cat(images).reshape(count, 1, 28, 28)
