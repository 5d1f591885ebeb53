"""Train the solution and keep what it draws, for students to compare with: ``python -m tests.examples``.

``make examples`` writes assignment/vae/desk/examples/digits.json and mnist.json (MNIST's archives are taken from
../shared/data or downloaded). The seed is fixed, but another version of torch or another processor rounds differently,
and after hundreds of steps the images drift apart: other digits in the samples, the loss within about 1 nat. So nothing
compares new examples with the committed ones. Draw them again only if the network, the data or the captions change.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
SEED, SAMPLES = 20131220, 16


def main() -> None:
    # The solution's four files, and the rest of the package from the hand-out.
    sys.path.insert(0, str(ROOT / "assignment"))
    import vae

    vae.__path__.insert(0, str(ROOT / "solution" / "vae"))
    from vae import data, latent, training
    from vae.desk import example
    from vae.desk.pictures import one_of_each
    from vae.desk.train import EPOCHS
    from vae.model import VAE

    os.environ.setdefault("VAE_DATA_ROOT", str(ROOT.parent / "shared" / "data"))
    torch.set_num_threads(1)
    example.FOLDER.mkdir(exist_ok=True)
    for dataset, epochs in EPOCHS.items():
        torch.manual_seed(SEED)
        model = VAE()
        losses = training.train(model, data.loader(data.load(dataset)), epochs, 1e-3, "cpu")
        x = one_of_each(data.load(dataset, train=False))
        with torch.no_grad():
            rebuilt = model.decode(model.encode(x)[0]).view_as(x)
        drawn = example.Example(epochs, round(losses[-1], 1), rebuilt, latent.generate(model, SAMPLES, "cpu"))
        write(example, dataset, drawn._asdict())
        print(f"{dataset}: {epochs} epochs, {drawn.loss} nats per image")


def write(example: ModuleType, dataset: str, values: dict[str, int | float | Tensor]) -> None:
    """The inverse of the desk's `example.read`, with the shades of grey that its LEVELS has."""
    written = {
        name: _text(value, example.LEVELS) if isinstance(value, Tensor) else value
        for name, value in values.items()
    }
    file = example.FOLDER / f"{dataset}.json"
    file.write_text(json.dumps(written, indent=0) + "\n", encoding="utf-8")


def _text(images: Tensor, levels: str) -> list[list[str]]:
    shades = images.squeeze(1).mul(len(levels) - 1).round().int().tolist()
    return [["".join(levels[pixel] for pixel in line) for line in image] for image in shades]


if __name__ == "__main__":
    main()
