"""Pictures of what a VAE has learnt. Given.

Every function returns a matplotlib Figure; save it with `figure.savefig("name.png")`. Nothing is shown and
matplotlib's global state stays as it was, so everything works without a screen. The words are Korean and English, or
only English if no font of this machine can draw Hangul.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from torch import Tensor, nn

from vae.desk.captions import caption, captioned

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
REFERENCE = "#555555"  # lines to compare with
GREY_IMAGE = 784 * math.log(2)  # nats: the reconstruction loss of an image if every pixel is guessed as 0.5


@captioned
def loss_curve(losses: Sequence[float], title: str | None = None, floor: float | None = None) -> Figure:
    """Plot the mean loss per image of each epoch, in nats, with the loss of a grey image.

    `floor` is the smallest reconstruction loss that the images allow: their `entropy`.
    """
    figure = Figure(figsize=(6.4, 4), layout="constrained")
    axes = figure.subplots()
    _plot(axes, losses, COLOURS[0])
    axes.annotate(
        f"{losses[-1]:.1f}", (len(losses), losses[-1]), xytext=(0, 9), textcoords="offset points", ha="center"
    )
    guessed = caption("모든 픽셀을 0.5로", "every pixel guessed as 0.5")
    _line(axes, GREY_IMAGE, f"784 ln 2 = {GREY_IMAGE:.1f}: {guessed}")
    _floor(axes, floor)
    axes.set(
        title=title or caption("학습", "training"),
        ylabel=caption("이미지당 -ELBO", "-ELBO per image") + " (nats)",
    )
    axes.margins(y=0.15)
    return figure


@captioned
def loss_terms(
    reconstruction: Sequence[float], kl: Sequence[float], title: str | None = None, floor: float | None = None
) -> Figure:
    """Plot reconstruction loss and KL per image of each epoch, in nats. Two panels, because their sizes differ."""
    figure = Figure(figsize=(9.4, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    names = (caption("재구성 손실", "reconstruction loss"), caption("KL 발산", "KL divergence"))
    for axes, name, values, colour in zip(
        (left, right), names, (reconstruction, kl), (COLOURS[0], COLOURS[6]), strict=True
    ):
        _plot(axes, values, colour)
        last = caption(f"마지막 {values[-1]:.1f}", f"{values[-1]:.1f} at the end")
        axes.set(title=f"{name}\n{last}", ylabel=caption("이미지당 nats", "nats per image"))
    _floor(left, floor)
    figure.suptitle(title or caption("손실의 두 항", "the two terms of the loss"))
    return figure


def entropy(images: Tensor) -> float:
    """The entropy of images (N, 1, 28, 28) with a probability in each pixel, nats per image.

    No reconstruction loss is smaller. It is reached if recon_x = x, and it is 0 only if all pixels are black or white.
    """
    parts = images.split(1000)  # MNIST would need half a GB at once
    return sum(float((torch.special.entr(x) + torch.special.entr(1 - x)).sum()) for x in parts) / len(images)


def _plot(axes: Axes, values: Sequence[float], colour: str) -> None:
    """One value for each epoch."""
    epochs = range(1, len(values) + 1)
    axes.plot(epochs, values, color=colour, linewidth=2, marker="o" if len(values) <= 30 else None)
    axes.set(xlabel=caption("에폭", "epoch"))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def _line(axes: Axes, height: float, label: str) -> None:
    """A dashed line to compare with, and what it is."""
    axes.axhline(height, color=REFERENCE, linestyle="--", linewidth=1)
    place = {"ha": "right", "va": "bottom", "fontsize": 9, "color": REFERENCE}
    axes.text(0.99, height, label, transform=axes.get_yaxis_transform(), **place)


def _floor(axes: Axes, height: float | None) -> None:
    if height is not None:
        lowest = caption("회색 픽셀 때문에 더 낮아질 수 없는 한계", "the floor set by grey pixels")
        _line(axes, height, f"{height:.1f}: {lowest}")


@captioned
def clouds(codes: dict[str, Tensor]) -> Figure:
    """Plot draws of two-dimensional codes, (N, 2) for each name, with the prior's circles around 0."""
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    _prior(axes)
    for (name, z), colour in zip(codes.items(), COLOURS[::3], strict=False):
        axes.scatter(*z.numpy(force=True).T, s=6, alpha=0.5, color=colour, linewidths=0, label=name)
    axes.legend(loc="upper left", framealpha=0.9, markerscale=3)
    axes.set(
        title=f"{caption('z의 표본', 'draws of z')}\n{_circles()}",
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
    own = caption("mu에서 재구성", "reconstructed\nfrom mu", "\n")
    rows = {caption("입력", "input"): images, own: model.decode(mu).view_as(images), **(example or {})}
    return gallery(rows, caption("재구성", "reconstructions"))


@captioned
def samples(
    images: Tensor, columns: int = 8, title: str | None = None, example: dict[str, Tensor] | None = None
) -> Figure:
    """Show generated images (K, 1, 28, 28) on one sheet with `columns` columns, and an example beside them, with its caption."""
    title = title or caption("z ~ N(0, I)에서 디코딩", "decoded from z ~ N(0, I)", "\n")
    sheets = {title: _sheet(images, columns)}
    rows = -(-len(images) // columns)
    for name, others in (example or {}).items():
        sheets[name] = _sheet(others, -(-len(others) // rows))
    widths = [sheet.shape[1] / 30 for sheet in sheets.values()]
    figure = Figure(figsize=(0.7 * sum(widths) + len(widths) - 1, 0.7 * rows + 0.6), layout="constrained")
    grid = figure.subplots(1, len(sheets), squeeze=False, width_ratios=widths)[0]
    for axes, (name, sheet) in zip(grid, sheets.items(), strict=True):
        _show(axes, sheet)
        axes.set_title(name)
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
    figure = Figure(figsize=(0.8 * steps, 1.5), layout="constrained")
    for step, axes in enumerate(figure.subplots(1, steps, squeeze=False)[0]):
        _show(axes, images[step])
        axes.set_xlabel(f"{step / max(steps - 1, 1):.2f}", fontsize=8)
    figure.suptitle(caption("잠재 공간을 지나는 직선", "a straight line through latent space"))
    return figure


@captioned
def restoration(x: Tensor, known: Tensor, restored: Tensor, baseline: Tensor | None = None) -> Figure:
    """Show the originals, the known pixels and the restored images, (N, 1, 28, 28) each, with the error on unknown pixels.

    `baseline` is what a model must beat, such as the mean image in the unknown pixels.
    """
    title = caption(
        "복원 (오차: 모르는 픽셀의 평균 제곱)", "restoration (error: mean square over unknown pixels)", "\n"
    )
    return gallery({_original(): x, **_restored(x, known, restored, baseline)}, title)


@captioned
def restorations(x: Tensor, masks: dict[str, tuple[Tensor, Tensor, Tensor]]) -> Figure:
    """The same for several masks: their names, each with its known pixels, the restored images and the baseline."""
    figure = Figure(figsize=(0.8 * len(x) + 1.6, 2.85 * len(masks) + 1.5), layout="constrained")
    top, *parts = figure.subfigures(1 + len(masks), 1, height_ratios=[1, *[2.85] * len(masks)])
    _rows(top, {_original(): x})
    for part, (name, (known, restored, baseline)) in zip(parts, masks.items(), strict=True):
        _rows(part, _restored(x, known, restored, baseline))
        part.suptitle(name, fontsize=11)
    error = caption("오차: 모르는 픽셀의 평균 제곱", "error: mean square over unknown pixels")
    figure.suptitle(f"{caption('복원', 'restoration')}\n{error}", fontsize=11)
    return figure


def _original() -> str:
    return caption("원본", "original")


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
                f"mu의 주성분 {i + 1}, 분산의 {share[i]:.0%}",
                f"principal component {i + 1} of mu, {share[i]:.0%} of its variance",
                "\n",
            )
            for i in range(2)
        ]
    figure = Figure(figsize=(6.8, 6.8), layout="constrained")
    axes = figure.subplots()
    for digit in labels.unique().tolist():
        codes = mu[labels == digit].numpy()
        axes.scatter(*codes.T, color=COLOURS[digit], s=18, alpha=0.7, linewidths=0)
    _prior(axes)
    for digit in labels.unique().tolist():  # the numerals last, on top of all points
        x, y = mu[labels == digit].median(dim=0).values.tolist()
        outline = [withStroke(linewidth=3, foreground="white")]
        place = {"ha": "center", "va": "center", "fontsize": 18, "weight": "bold", "family": "sans-serif"}
        axes.text(x, y, str(digit), color=COLOURS[digit], path_effects=outline, **place)
    title = caption("잠재 공간, 이미지마다 점 하나", "latent space, one point per image")
    axes.set(title=f"{title}\n{_circles()}", xlabel=names[0], ylabel=names[1])
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(alpha=0.3)
    return figure


def _prior(axes: Axes) -> None:
    """Circles of 1 and 2 sigma around 0: the prior looks like this in every plane through 0."""
    for radius in (1, 2):
        axes.add_patch(Circle((0, 0), radius, fill=False, linestyle="--", color=REFERENCE, zorder=3))


def _circles() -> str:
    return caption("점선: 사전분포의 1, 2 sigma", "dashed: the prior's 1 and 2 sigma")


@captioned
def gallery(rows: dict[str, Tensor], title: str) -> Figure:
    """Show one row of images (N, 1, 28, 28) for each name."""
    count = len(next(iter(rows.values())))
    figure = Figure(figsize=(0.8 * count + 1.2, 0.85 * len(rows) + 0.4), layout="constrained")
    _rows(figure, rows)
    figure.suptitle(title, fontsize=11)
    return figure


def _rows(figure: FigureBase, rows: dict[str, Tensor]) -> None:
    count = len(next(iter(rows.values())))
    grid = figure.subplots(len(rows), count, squeeze=False)
    for line, (name, images) in zip(grid, rows.items(), strict=True):
        for axes, image in zip(line, images, strict=True):
            _show(axes, image)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)


def _device(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


def _show(axes: Axes, image: Tensor) -> None:
    """Show one image on axes without ticks. NaN marks an unknown pixel."""
    axes.set_facecolor(UNKNOWN)
    axes.imshow(image.squeeze().numpy(force=True), cmap="gray", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
