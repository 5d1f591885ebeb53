"""Uses of the latent space: generate new images, interpolate between two images, restore missing pixels.

All three functions return images (K, 1, 28, 28) in [0, 1], without gradients, and do not change the model.
(`reconstructions` in plots.py is an example that uses a model without gradients.)
"""

import torch
from torch import Tensor, nn


def generate(model: nn.Module, count: int, device: str | torch.device) -> Tensor:
    """Decode `count` codes drawn from the prior: z ~ N(0, I) (Kingma & Welling 2013, section 2.1).

    Args:
        model: a trained VAE on `device`; `model.latent_dim` is D.
        count: how many images, K.
        device: the device of the model.

    Returns:
        Images (count, 1, 28, 28): one probability per pixel, in [0, 1].
    """
    # TODO 4a: Draw the codes and decode them.
    #   - You don't need the encoder: the prior does not depend on an image.
    #   - Create the codes on the model's device. Then check the shape.
    raise NotImplementedError("Task 4a: generate is not written yet. 아직 작성되지 않았습니다.")


def interpolate(model: nn.Module, x_start: Tensor, x_end: Tensor, steps: int) -> Tensor:
    """Decode points on the straight line in latent space between the mean codes of two images.

    Args:
        model: a trained VAE.
        x_start, x_end: images (1, 1, 28, 28).
        steps: number of evenly spaced points on the line, at least 2; both ends are included.

    Returns:
        Images (steps, 1, 28, 28): the first decoded from mu(x_start), the last from mu(x_end).
    """
    # TODO 4b: Compute the codes on the line and decode them.
    #   - Mix codes, not pixels. Both ends are means mu, so sample nothing.
    #   - At the fraction t of the way, the weights of the two ends add up to 1.
    raise NotImplementedError("Task 4b: interpolate is not written yet. 아직 작성되지 않았습니다.")


def restore(model: nn.Module, x: Tensor, known: Tensor, iterations: int) -> Tensor:
    """Fill in the missing pixels of images by repeated reconstruction.

    The images start with 0.5 in the unknown pixels. In each iteration the whole image is reconstructed
    through mu, without sampling, and the reconstruction is put into the unknown pixels only.
    (After the missing data imputation of Rezende et al. 2014, arXiv:1401.4082, who sample z instead.)

    Args:
        model: a trained VAE.
        x: images (N, 1, 28, 28). The values in their unknown pixels must not affect the result.
        known: (N, 1, 28, 28), 1 if a pixel is known, else 0.
        iterations: how many times to reconstruct, at least 1.

    Returns:
        Images (N, 1, 28, 28); the known pixels keep the values of x exactly. x and known are not changed.
    """
    # TODO 4c: Write the loop.
    #   - Feed the filled image back in: each reconstruction starts from the image filled last.
    #   - After each pass, put the known pixels back; torch.where chooses pixel by pixel.
    raise NotImplementedError("Task 4c: restore is not written yet. 아직 작성되지 않았습니다.")


if __name__ == "__main__":  # an editor's Run button
    raise SystemExit("Nothing runs here (직접 실행하는 파일이 아닙니다). Instead: python -m vae check 4")
