"""Pictures of what a VAE has learnt. Given.

Every function returns a matplotlib Figure; save it with `figure.savefig("name.png")`. Nothing is shown and
matplotlib's global state stays as it was, so everything works without a screen. The words are in the
desk's language, but English if no font of this machine can draw Hangul.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from torch import Tensor, nn

from vae.desk.captions import caption, captioned

# Ten colours that colour-blind people can tell apart: Paul Tol's "muted" scheme and a dark grey.
COLOURS = "#332288 #88CCEE #44AA99 #117733 #999933 #DDCC77 #CC6677 #882255 #AA4499 #555555".split()
UNKNOWN = "#88CCEE"  # a blue that can't be mistaken for a grey pixel
REFERENCE = "#555555"  # lines to compare with
OUTLINE = withStroke(linewidth=3, foreground="white")
GREY_IMAGE = 784 * math.log(2)  # nats: the reconstruction loss of an image if every pixel is guessed as 0.5


@captioned
def loss_curve(losses: Sequence[float], title: str | None = None, floor: float | None = None) -> Figure:
    """Plot the mean loss per image of each epoch, in nats, with the loss of a grey image.

    `floor` is the smallest reconstruction loss that the images allow: their `entropy`.
    """
    figure = Figure(figsize=(6.4, 4), layout="constrained")
    axes = figure.subplots()
    _plot(axes, losses, COLOURS[0], floor)
    axes.annotate(
        f"{losses[-1]:.1f}", (len(losses), losses[-1]), xytext=(0, 9), textcoords="offset points", ha="center"
    )
    guessed = caption("모든 픽셀을 0.5로", "every pixel guessed as 0.5")
    _line(axes, GREY_IMAGE, f"784 ln 2 = {GREY_IMAGE:.1f}: {guessed}")
    nats = caption("이미지당 -ELBO", "-ELBO per image") + " (nats)"
    axes.set(title=title or caption("학습", "Training"), ylabel=nats)
    axes.margins(y=0.15)
    return figure


@captioned
def loss_terms(
    reconstruction: Sequence[float], kl: Sequence[float], title: str | None = None, floor: float | None = None
) -> Figure:
    """Plot reconstruction loss and KL per image of each epoch, in nats. Two panels, because their sizes differ."""
    figure = Figure(figsize=(9.4, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    _plot(left, reconstruction, COLOURS[0], floor)
    _plot(right, kl, COLOURS[6])
    names = (caption("재구성 손실", "Reconstruction loss"), caption("KL 발산", "KL divergence"))
    for axes, name, values in zip((left, right), names, (reconstruction, kl), strict=True):
        last = f"{caption('마지막', 'at the end')}: {values[-1]:.1f}"
        axes.set(title=f"{name}\n{last}", ylabel=caption("이미지당 nats", "nats per image"))
    figure.suptitle(title or caption("손실의 두 항", "The two terms"))
    return figure


def entropy(images: Tensor) -> float:
    """The entropy of images (N, 1, 28, 28) with a probability in each pixel, nats per image.

    No reconstruction loss is smaller. It is reached if recon_x = x, and it is 0 only if all pixels are black or white.
    """
    parts = images.split(1000)  # MNIST would need half a GB at once
    return sum(float((torch.special.entr(x) + torch.special.entr(1 - x)).sum()) for x in parts) / len(images)


def _plot(axes: Axes, values: Sequence[float], colour: str, floor: float | None = None) -> None:
    """One value for each epoch, and the line that they can't cross."""
    epochs = range(1, len(values) + 1)
    axes.plot(epochs, values, color=colour, linewidth=2, marker="o" if len(values) <= 30 else None)
    axes.set(xlabel=caption("에폭", "epoch"))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if floor is not None:
        lowest = caption("하한(픽셀의 엔트로피)", "floor (entropy of the pixels)")
        _line(axes, floor, f"{floor:.1f}: {lowest}", above=False)
        axes.margins(y=0.15)


def _line(axes: Axes, height: float, label: str, above: bool = True) -> None:
    """A dashed line to compare with, and what it is: above it or below it."""
    axes.axhline(height, color=REFERENCE, linestyle="--", linewidth=1)
    place = {"ha": "right", "va": "bottom" if above else "top", "fontsize": 9, "color": REFERENCE}
    place |= {"xytext": (0, 2 if above else -3), "textcoords": "offset points"}
    axes.annotate(label, (0.99, height), xycoords=axes.get_yaxis_transform(), **place)


@captioned
def clouds(codes: dict[str, Tensor]) -> Figure:
    """Plot draws of two-dimensional codes, (N, 2) for each name, with the prior's circles around 0."""
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    circles = _prior(axes)
    for (name, z), colour in zip(codes.items(), COLOURS[::3], strict=False):
        axes.scatter(*z.numpy(force=True).T, s=6, alpha=0.5, color=colour, linewidths=0, label=name)
    axes.legend(loc="upper left", framealpha=0.9, markerscale=3)
    axes.set(
        title=f"{caption('z의 표본', 'Draws of z')}\n{circles}",
        xlabel=caption("z의 차원 1", "z, dimension 1"),
        ylabel=caption("z의 차원 2", "z, dimension 2"),
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


@captioned
@torch.no_grad()
def reconstructions(model: nn.Module, images: Tensor, example: dict[str, Tensor] | None = None) -> Figure:
    """Show images (N, 1, 28, 28) above their reconstructions from the mean codes, and an example below, with its caption."""
    mu, _ = model.encode(images.to(_device(model)))
    own = caption("mu에서 재구성", "reconstructed\nfrom mu")
    rows = [(caption("입력", "input"), images), (own, model.decode(mu).view_as(images))]
    for name, others in (example or {}).items():
        rows += [(name, None), ("", others)]
    return _grid(rows, caption("재구성", "Reconstructions"))


@captioned
def samples(
    images: Tensor, columns: int = 8, title: str | None = None, example: dict[str, Tensor] | None = None
) -> Figure:
    """Show generated images (K, 1, 28, 28) on one sheet with `columns` columns, and an example below, with its caption."""
    title = title or caption("z ~ N(0, I)에서 디코딩", "Decoded from z ~ N(0, I)")
    sheets = {title: images, **(example or {})}
    rows = [-(-len(each) // columns) for each in sheets.values()]
    figure = Figure(figsize=(0.7 * columns, 0.7 * sum(rows) + 0.4 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), squeeze=False, height_ratios=rows)[:, 0]
    for axes, (name, each) in zip(grid, sheets.items(), strict=True):
        _show(axes, _sheet(each, columns))
        axes.set_title(name, fontsize=11)
    return figure


def _sheet(images: Tensor, columns: int) -> Tensor:
    """Images (K, 1, 28, 28) in one, row by row, with a white margin of one pixel around each."""
    rows = -(-len(images) // columns)
    sheet = torch.ones(rows * columns, 30, 30)
    sheet[: len(images), 1:29, 1:29] = images.detach().cpu().view(-1, 28, 28)
    return sheet.view(rows, columns, 30, 30).transpose(1, 2).reshape(rows * 30, columns * 30)


@captioned
def interpolation(images: Tensor) -> Figure:
    """Show the images (K, 1, 28, 28) between two codes, each with its fraction of the way below."""
    steps = len(images)
    figure = Figure(figsize=(0.8 * steps, 1.4), layout="constrained")
    for step, axes in enumerate(figure.subplots(1, steps, squeeze=False)[0]):
        _show(axes, images[step])
        axes.set_xlabel(f"{step / max(steps - 1, 1):.2f}", fontsize=8)
    figure.suptitle(caption("잠재 공간을 지나는 직선", "A straight line through latent space"))
    return figure


@captioned
def restoration(x: Tensor, known: Tensor, restored: Tensor, baseline: Tensor | None = None) -> Figure:
    """Show the originals, the known pixels and the restored images, (N, 1, 28, 28) each, with the error on unknown pixels.

    `baseline` is what a model must beat, such as the mean image in the unknown pixels.
    """
    return gallery(
        {caption("원본", "original"): x, **_restored(x, known, restored, baseline)}, _restoration()
    )


@captioned
def restorations(x: Tensor, masks: dict[str, tuple[Tensor, Tensor, Tensor]]) -> Figure:
    """The same for several masks: their names, each with its known pixels, the restored images and the baseline."""
    rows = [(caption("원본", "original"), x)]
    for name, (known, restored, baseline) in masks.items():
        rows += [(name, None), *_restored(x, known, restored, baseline).items()]
    return _grid(rows, _restoration())


def _restoration() -> str:
    error = caption("오차: 모르는 픽셀의 평균 제곱", "error: mean square over unknown pixels")
    return f"{caption('복원', 'Restoration')}\n{error}"


def _restored(x: Tensor, known: Tensor, restored: Tensor, baseline: Tensor | None) -> dict[str, Tensor]:
    """The rows for one mask."""
    known = known.bool()
    rows = {caption("아는 픽셀", "known"): x.masked_fill(~known, torch.nan)}
    names = (caption("평균 이미지", "mean image"), caption("복원", "restored"))
    for name, images in zip(names, (baseline, restored), strict=True):
        if images is not None:
            error = (images - x)[~known].square().mean()
            rows[f"{name}\n{caption('오차', 'error')} {error:.3f}"] = images
    return rows


@captioned
@torch.no_grad()
def latent_map(model: nn.Module, images: Tensor, labels: Tensor) -> Figure:
    """Plot the mean codes of images (N, 1, 28, 28), coloured by label (N,). PCA projects more than 2 dimensions to 2."""
    mu, labels = model.encode(images.to(_device(model)))[0].cpu(), labels.cpu()
    names = [caption(f"mu의 차원 {i}", f"mu, dimension {i}") for i in (1, 2)]
    if mu.shape[1] > 2:
        _, spread, directions = torch.linalg.svd(mu - mu.mean(dim=0), full_matrices=False)
        mu = mu @ directions[:2].T  # not centred: the prior is centred on 0
        share = spread.square() / spread.square().sum()
        names = [
            caption(
                f"mu의 주성분 {i}, 분산의 {part:.0%}",
                f"principal component {i} of mu, {part:.0%} of its variance",
            )
            for i, part in enumerate(share[:2], 1)
        ]
    figure = Figure(figsize=(6.8, 6.8), layout="constrained")
    axes = figure.subplots()
    for digit in labels.unique().tolist():
        codes = mu[labels == digit].numpy()
        axes.scatter(*codes.T, color=COLOURS[digit], s=18 if len(mu) <= 1000 else 6, alpha=0.7, linewidths=0)
    circles = _prior(axes)
    for digit in labels.unique().tolist():  # the numerals last, on top of all points
        codes = mu[labels == digit]
        middle = torch.cdist(codes, codes).sum(dim=1).argmin()  # a median that is one of the points
        x, y = codes[middle].tolist()
        place = {"ha": "center", "va": "center", "fontsize": 18, "weight": "bold", "family": "sans-serif"}
        axes.text(x, y, str(digit), color=COLOURS[digit], path_effects=[OUTLINE], **place)
    title = caption("잠재 공간, 이미지마다 점 하나", "Latent space, one point per image")
    axes.set(title=f"{title}\n{circles}", xlabel=names[0], ylabel=names[1])
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(alpha=0.3)
    return figure


def _prior(axes: Axes) -> str:
    """Circles of 1 and 2 sigma around 0, as the prior has in every plane through 0. Returns their caption."""
    style = {"color": "black", "linestyle": "--", "linewidth": 1.5, "path_effects": [OUTLINE]}
    for radius in (1, 2):
        axes.add_patch(Circle((0, 0), radius, fill=False, zorder=3, **style))
    return caption("점선: 사전분포의 1, 2 sigma", "dashed: the prior's 1 and 2 sigma")


@captioned
def gallery(rows: dict[str, Tensor], title: str) -> Figure:
    """Show one row of images (N, 1, 28, 28) for each name."""
    return _grid(list(rows.items()), title)


def _grid(rows: Sequence[tuple[str, Tensor | None]], title: str) -> Figure:
    """Rows of images with their names at the left. A row without images is a heading."""
    count = max(len(images) for _, images in rows if images is not None)
    heights = [0.4 if images is None else 0.85 for _, images in rows]
    figure = Figure(
        figsize=(0.8 * count + 1.4, sum(heights) + 0.3 + 0.2 * title.count("\n")), layout="constrained"
    )
    grid = figure.add_gridspec(len(rows), count, height_ratios=heights)
    for line, (name, images) in enumerate(rows):
        if images is None:
            axes = figure.add_subplot(grid[line, :])
            axes.axis("off")
            axes.text(0.5, 0, name, ha="center", va="bottom", fontsize=10)
            continue
        for column, image in enumerate(images):
            axes = figure.add_subplot(grid[line, column])
            _show(axes, image)
            if column == 0:
                axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
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
