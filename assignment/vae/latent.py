"""The latent space at work: new images, images between two others, missing pixels restored.

All three functions return images (K, 1, 28, 28) in [0, 1], without gradients, and use the model as it is.
(`reconstructions` in plots.py shows a model used without gradients.)
"""

import torch
from torch import Tensor, nn


def generate(model: nn.Module, count: int, device: str | torch.device) -> Tensor:
    """Decode `count` codes drawn from the prior: z ~ N(0, I) (Kingma & Welling 2013, section 2.1).

    Args:
        model: a trained VAE on `device`; `model.latent_dim` is D.
        count: how many images, K.
        device: where the model lies.

    Returns:
        Images (count, 1, 28, 28): the pixels' probabilities, in [0, 1].
    """
    # TODO 4a: Draw the codes and decode them.
    #   - The encoder is not needed: the prior has no images in it.
    #   - The codes must lie where the model lies. Then mind the shape.
    raise NotImplementedError("Task 4a: generate is not written yet. 아직 작성되지 않았습니다.")


def interpolate(model: nn.Module, x_start: Tensor, x_end: Tensor, steps: int) -> Tensor:
    """Walk along a straight line in latent space from one image's mean code to another's.

    Args:
        model: a trained VAE.
        x_start, x_end: images (1, 1, 28, 28).
        steps: number of evenly spaced points on the line, at least 2; both ends are included.

    Returns:
        Images (steps, 1, 28, 28): the first decoded from mu(x_start), the last from mu(x_end).
    """
    # TODO 4b: Find the codes on the line and decode them.
    #   - Mix codes, not pixels. Both ends are means mu: nothing is sampled here.
    #   - At a fraction t of the way, the weights of the two ends add up to 1.
    raise NotImplementedError("Task 4b: interpolate is not written yet. 아직 작성되지 않았습니다.")


def restore(model: nn.Module, x: Tensor, known: Tensor, iterations: int) -> Tensor:
    """Fill in the missing pixels of images by reconstructing them again and again.

    The images begin with 0.5 in the unknown pixels. In each iteration the whole image is reconstructed
    through mu, without sampling, and the reconstruction is put into the unknown pixels alone.
    (After the missing data imputation of Rezende et al. 2014, arXiv:1401.4082, who sample z instead.)

    Args:
        model: a trained VAE.
        x: images (N, 1, 28, 28). What stands in their unknown pixels must not matter.
        known: (N, 1, 28, 28), 1 where a pixel is known, else 0.
        iterations: how often to reconstruct, at least 1.

    Returns:
        Images (N, 1, 28, 28); the known pixels keep the values of x exactly. x and known stay as they were.
    """
    # TODO 4c: Write the loop.
    #   - Feed the filled image back in: each reconstruction starts from the one before.
    #   - After each pass put the known pixels back; torch.where chooses pixel by pixel.
    raise NotImplementedError("Task 4c: restore is not written yet. 아직 작성되지 않았습니다.")
