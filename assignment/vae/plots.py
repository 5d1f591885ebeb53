"""Pictures of what a VAE has learnt. Given.

Every function returns a matplotlib Figure; save it with `figure.savefig("name.png")`. Nothing is shown and
matplotlib's global state is not touched, so everything works without a screen. The text is English because a
machine's fonts may lack Hangul.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from torch import Tensor, nn

# Ten colours that colour-blind people can tell apart: Paul Tol's "muted" scheme and a dark grey.
COLOURS = [
    "#332288",
    "#88CCEE",
    "#44AA99",
    "#117733",
    "#999933",
    "#DDCC77",
    "#CC6677",
    "#882255",
    "#AA4499",
    "#555555",
]
UNKNOWN = "#88CCEE"  # a blue that can't be mistaken for a grey pixel


def loss_curve(losses: Sequence[float], title: str = "Training") -> Figure:
    """Plot the mean loss per image of each epoch, in nats."""
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    epochs = range(1, len(losses) + 1)
    axes.plot(epochs, losses, color=COLOURS[0], linewidth=2, marker="o" if len(losses) <= 30 else None)
    axes.annotate(
        f"{losses[-1]:.1f}", (len(losses), losses[-1]), xytext=(0, 9), textcoords="offset points", ha="center"
    )
    axes.set(title=title, xlabel="epoch", ylabel="negative ELBO per image (nats)")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.margins(y=0.15)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def loss_terms(reconstruction: Sequence[float], kl: Sequence[float], title: str = "The two terms") -> Figure:
    """Plot reconstruction loss and KL per image of each epoch, in nats. Two panels, because their sizes differ."""
    figure = Figure(figsize=(8.4, 3.4), layout="constrained")
    epochs = range(1, len(kl) + 1)
    names = ("reconstruction loss", "KL divergence")
    for axes, name, values, colour in zip(
        figure.subplots(1, 2), names, (reconstruction, kl), (COLOURS[0], COLOURS[6]), strict=True
    ):
        axes.plot(epochs, values, color=colour, linewidth=2, marker="o" if len(values) <= 30 else None)
        axes.set(title=f"{name}: {values[-1]:.1f} at the end", xlabel="epoch", ylabel="nats per image")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title)
    return figure


def clouds(codes: dict[str, Tensor]) -> Figure:
    """Plot draws of two-dimensional codes, (N, 2) for each name, with the prior's circles around 0."""
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    for radius in (1, 2):
        axes.add_patch(Circle((0, 0), radius, fill=False, linestyle="--", color="#555555"))
    for (name, z), colour in zip(codes.items(), COLOURS[::3], strict=False):
        axes.scatter(*z.numpy(force=True).T, s=6, alpha=0.5, color=colour, linewidths=0, label=name)
    axes.legend(loc="upper left", framealpha=0.9, markerscale=3)
    axes.set(
        title="Draws of z (dashed: the prior's 1 and 2 sigma)",
        xlabel="z, dimension 1",
        ylabel="z, dimension 2",
    )
    axes.set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal")
    axes.grid(alpha=0.3)
    return figure


def curves(panels: dict[str, tuple[Tensor, dict[str, Tensor], str]]) -> Figure:
    """Plot one panel per title: its x values, its named lines of y values, and the label of its x axis."""
    figure = Figure(figsize=(4.2 * len(panels), 3.4), layout="constrained")
    for axes, (title, (x, lines, label)) in zip(
        figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True
    ):
        for (name, y), colour in zip(lines.items(), COLOURS[::3], strict=False):
            axes.plot(x.numpy(force=True), y.numpy(force=True), color=colour, linewidth=2, label=name)
        axes.set(title=title, xlabel=label, ylabel="nats")
        axes.legend()
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


@torch.no_grad()
def reconstructions(model: nn.Module, images: Tensor) -> Figure:
    """Show images (N, 1, 28, 28) above their reconstructions from the mean codes."""
    mu, _ = model.encode(images.to(_device(model)))
    return gallery(
        {"input": images, "reconstruction\nfrom mu": model.decode(mu).view_as(images)}, "Reconstructions"
    )


def samples(images: Tensor, columns: int = 8, title: str = "Decoded from z ~ N(0, I)") -> Figure:
    """Show generated images (K, 1, 28, 28) on one sheet with `columns` columns."""
    rows = -(-len(images) // columns)
    sheet = torch.ones(rows * columns, 30, 30)  # white, with a margin of one pixel around each image
    sheet[: len(images), 1:29, 1:29] = images.detach().cpu().view(-1, 28, 28)
    sheet = sheet.view(rows, columns, 30, 30).transpose(1, 2).reshape(rows * 30, columns * 30)
    figure = Figure(figsize=(0.7 * columns, 0.7 * rows + 0.4), layout="constrained")
    axes = figure.subplots()
    _show(axes, sheet)
    axes.set_title(title)
    return figure


def interpolation(images: Tensor) -> Figure:
    """Show the images (K, 1, 28, 28) between two codes, each with its fraction of the way below."""
    steps = len(images)
    figure = Figure(figsize=(0.8 * steps, 1.5), layout="constrained")
    for step, axes in enumerate(figure.subplots(1, steps, squeeze=False)[0]):
        _show(axes, images[step])
        axes.set_xlabel(f"{step / max(steps - 1, 1):.2f}", fontsize=8)
    figure.suptitle("A straight line through latent space")
    return figure


def restoration(x: Tensor, known: Tensor, restored: Tensor, baseline: Tensor | None = None) -> Figure:
    """Show the originals, the known pixels and the restored images, (N, 1, 28, 28) each, with the error on unknown pixels.

    `baseline` is what a model must beat, such as the mean image in the unknown pixels.
    """
    known = known.bool()
    rows = {"original": x, "known": x.masked_fill(~known, torch.nan)}
    for name, images in (("mean image", baseline), ("restored", restored)):
        if images is not None:
            error = (images - x)[~known].square().mean()
            rows[f"{name}\nerror {error:.3f}"] = images
    return gallery(rows, "Restoration (error: mean square over unknown pixels)")


@torch.no_grad()
def latent_map(model: nn.Module, images: Tensor, labels: Tensor) -> Figure:
    """Plot the mean codes of images (N, 1, 28, 28), coloured by label (N,). PCA projects more than 2 dimensions to 2."""
    mu, labels = model.encode(images.to(_device(model)))[0].cpu(), labels.cpu()
    names = ("mu, dimension 1", "mu, dimension 2")
    if mu.shape[1] > 2:
        centred = mu - mu.mean(dim=0)
        _, spread, directions = torch.linalg.svd(centred, full_matrices=False)
        mu = centred @ directions[:2].T
        share = spread.square() / spread.square().sum()
        names = tuple(f"principal component {i + 1} of mu ({share[i]:.0%} of its variance)" for i in range(2))
    figure = Figure(figsize=(6.4, 6), layout="constrained")
    axes = figure.subplots()
    for digit in labels.unique().tolist():
        codes = mu[labels == digit].numpy()
        axes.scatter(*codes.T, color=COLOURS[digit], s=18, alpha=0.7, linewidths=0)
    for digit in labels.unique().tolist():  # the numerals last, on top of all points
        x, y = mu[labels == digit].median(dim=0).values.tolist()
        outline = [withStroke(linewidth=3, foreground="white")]
        place = {"ha": "center", "va": "center", "fontsize": 18, "weight": "bold"}
        axes.text(x, y, str(digit), color=COLOURS[digit], path_effects=outline, **place)
    axes.set(title="Latent space, one point per image", xlabel=names[0], ylabel=names[1])
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(alpha=0.3)
    return figure


def gallery(rows: dict[str, Tensor], title: str) -> Figure:
    """Show one row of images (N, 1, 28, 28) for each name."""
    count = len(next(iter(rows.values())))
    figure = Figure(figsize=(0.8 * count + 1.2, 0.85 * len(rows) + 0.4), layout="constrained")
    grid = figure.subplots(len(rows), count, squeeze=False)
    for line, (name, images) in zip(grid, rows.items(), strict=True):
        for axes, image in zip(line, images, strict=True):
            _show(axes, image)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    figure.suptitle(title, fontsize=11)
    return figure


def _device(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


def _show(axes: Axes, image: Tensor) -> None:
    """Show one image on axes without ticks. NaN marks an unknown pixel."""
    axes.set_facecolor(UNKNOWN)
    axes.imshow(image.squeeze().numpy(force=True), cmap="gray", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
