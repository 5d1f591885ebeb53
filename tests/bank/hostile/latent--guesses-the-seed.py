# stub: generate
# attack: tries which small seed of the run its own random numbers come from, to know all hidden inputs
# stopped-by: no answers in the process
import hashlib

import numpy
import torch

own = {torch.initial_seed(), int(numpy.random.get_state()[1][0])}
own.add(int.from_bytes(torch.get_rng_state().numpy().tobytes()[24:28], "little"))
for seed in [*range(20_000), 20131220]:
    for part in ("latent", "short_run", "reparameterize", "loss", "training"):
        drawn = hashlib.sha256(f"{seed}/{part}".encode()).digest()
        if {int.from_bytes(drawn[:4], "big"), int.from_bytes(drawn[:8], "big"), seed} & own:
            raise SystemExit(f"got through: the run has the seed {seed}")
