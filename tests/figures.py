"""Draw what each misconception looks like, from the formulas: the right one solid, the mistaken one dashed.

``make figures`` writes them to autograder/vae/pages/figures/KIND/MISCONCEPTION.svg; KIND names the words that describe
them. The pictures contain formulas but no words, so each serves every language. What is drawn in INK takes the
colour of the page's text.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from autograder import kit

Curve = NDArray[np.float64]
Formula = Callable[[Curve], Curve]
INK = "#010203"  # stands for the colour of text
RIGHT, WRONG = "#2f7fd0", "#c8620a"  # contrast of 3:1 against white and against the dark page's cards
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
SIGMA = r"\sigma=e^{\log\sigma^2/2}"


def normal(z: Curve, mean: float, deviation: float) -> Curve:
    """The density of N(mean, deviation^2)."""
    return np.asarray(np.exp(-0.5 * np.square((z - mean) / deviation)) / (deviation * np.sqrt(2 * np.pi)))


def kl(mean: Curve | float, log_var: Curve | float) -> Curve:
    """KL(N(mean, exp(log_var)) || N(0, 1)) of one dimension, nats."""
    return np.asarray(0.5 * (np.square(mean) + np.exp(log_var) - 1 - log_var))


def cross_entropy(p: Curve | float, x: Curve | float) -> Curve:
    """-log p(x) of one pixel whose probability is p, nats."""
    return np.asarray(-(x * np.log(p) + (1 - x) * np.log(1 - p)))


def densities(axes: Axes, wrong: Callable[[float], float], label: str) -> None:
    """A narrow and a wide posterior over z; ``wrong`` gives the mistaken standard deviation for a log_var."""
    z = np.linspace(-5, 5, 251)
    for log_var, mean in ((-2.0, -2.2), (1.4, 1.6)):
        right = normal(z, mean, np.exp(log_var / 2))
        axes.plot(z, right, color=RIGHT, label=f"${SIGMA}$" if mean < 0 else None)
        mistaken = wrong(log_var)
        if mistaken > 0:
            axes.plot(
                z, normal(z, mean, mistaken), color=WRONG, linestyle="--", label=label if mean < 0 else None
            )
        else:
            axes.axvline(mean, color=WRONG, linestyle="--", label=label if mean < 0 else None)
        place = (-2.9, 0.95) if mean < 0 else (4.9, 0.32)
        axes.text(*place, rf"$\log\sigma^2={log_var:g}$", ha="right")
    axes.set(xlabel="$z$", ylabel="$q(z|x)$", ylim=(0, 1.35))


def shapes(axes: Axes, wrong: Formula, right_label: str, label: str) -> None:
    """The density of the standard normal, and the mistaken one."""
    z = np.linspace(-3.5, 3.5, 351)
    axes.plot(z, normal(z, 0, 1), color=RIGHT, label=right_label)
    axes.plot(z, wrong(z), color=WRONG, linestyle="--", label=label)
    axes.set(xlabel=r"$\epsilon$" if "epsilon" in right_label else "$z$", ylim=(0, None))


def divergence(axes: Axes, wrong: Formula, label: str, over_mean: bool = False) -> None:
    """KL of one dimension, over log_var at mu = 0, or over mu at log_var = 0."""
    given = np.linspace(-2.5, 2.5, 101)
    right = kl(given, 0.0) if over_mean else kl(0.0, given)
    axes.plot(given, right, color=RIGHT, label=r"$D_{KL}$")
    axes.plot(given, wrong(given), color=WRONG, linestyle="--", label=label)
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.set(xlabel=r"$\mu$  $(\log\sigma^2=0)$" if over_mean else r"$\log\sigma^2$  $(\mu=0)$")


def pixel(axes: Axes, wrong: Formula, label: str, x: float) -> None:
    """The loss of one pixel of value x, over the probability p that the decoder gives it."""
    p = np.linspace(0.01, 0.99, 99)
    axes.plot(p, cross_entropy(p, x), color=RIGHT, label=r"$-x\log p-(1-x)\log(1-p)$")
    axes.plot(p, wrong(p), color=WRONG, linestyle="--", label=label)
    axes.set(xlabel=f"$p$  $(x={x:g})$")


def balance(axes: Axes, reconstruction: float, divergence: float, label: str) -> None:
    """The sum of both terms over sigma, for one code; noise raises the reconstruction loss. A dot marks each minimum."""
    sigma = np.linspace(0.03, 1.6, 158)
    noise, prior = 4 * np.square(sigma), kl(0.0, 2 * np.log(sigma))
    for terms, colour, line, name in (
        ((1, 1), RIGHT, "-", r"$L_{rec}+D_{KL}$"),
        ((reconstruction, divergence), WRONG, "--", label),
    ):
        total = terms[0] * noise + terms[1] * prior
        lowest = int(np.argmin(total))
        axes.plot(sigma, total, color=colour, linestyle=line, label=name)
        axes.plot(sigma[lowest], total[lowest], "o", color=colour)
    axes.set(xlabel=r"$\sigma$", ylim=(-0.2, 6))


def cloud(axes: Axes) -> None:
    """Samples of a two-dimensional code: with separate noise per dimension, and with the same noise for both."""
    draws = np.random.default_rng(20131220).standard_normal((2, 250))
    axes.scatter(
        draws[0], draws[1], s=7, color=RIGHT, alpha=0.7, linewidths=0, label=r"$\epsilon_1,\ \epsilon_2$"
    )
    axes.scatter(
        draws[0], draws[0], s=7, color=WRONG, marker="s", linewidths=0, label=r"$\epsilon_1=\epsilon_2$"
    )
    axes.set(xlabel="$z_1$", ylabel="$z_2$", xlim=(-3.5, 3.5), ylim=(-3.5, 3.5), aspect="equal")


def descent(axes: Axes) -> None:
    """A weight descending a parabola, with each step's own gradient and with the sum of all gradients so far."""
    steps, rate = 14, 0.35
    for forget, colour, line, label in (
        (True, RIGHT, "-", r"$g_t$"),
        (False, WRONG, "--", r"$g_1+\dots+g_t$"),
    ):
        weight, gradient, path = 2.0, 0.0, [2.0]
        for _ in range(steps):
            gradient = weight if forget else gradient + weight
            weight -= rate * gradient
            path.append(weight)
        axes.plot(path, color=colour, linestyle=line, marker="o", markersize=3, label=label)
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.set(xlabel="$t$", ylabel=r"$\theta_t$")


def sigmoid(p: Curve) -> Curve:
    return np.asarray(1 / (1 + np.exp(-p)))


def uniform(z: Curve) -> Curve:
    return ((z >= 0) & (z <= 1)).astype(np.float64)


# Misconception -> the kind of picture, which has words in the catalogues, and the function that draws it.
FIGURES: Mapping[str, tuple[str, Callable[[Axes], None]]] = {
    "reparam-var-as-std": (
        "density",
        lambda a: densities(a, lambda v: float(np.exp(v)), r"$\sigma=e^{\log\sigma^2}$"),
    ),
    "reparam-log-var-as-std": ("density", lambda a: densities(a, abs, r"$\sigma=|\log\sigma^2|$")),
    "reparam-std-sign": (
        "density",
        lambda a: densities(a, lambda v: float(np.exp(-v / 2)), r"$\sigma=e^{-\log\sigma^2/2}$"),
    ),
    "reparam-std-forgotten": ("density", lambda a: densities(a, lambda v: 1.0, r"$\sigma=1$")),
    "reparam-no-noise": ("density", lambda a: densities(a, lambda v: 0.0, r"$z=\mu$")),
    "reparam-eval-returns-mean": ("density", lambda a: densities(a, lambda v: 0.0, r"$z=\mu$")),
    "reparam-noise-uniform": (
        "shape",
        lambda a: shapes(a, uniform, r"$\epsilon\sim N(0,1)$", r"$\epsilon\sim U(0,1)$"),
    ),
    "gen-uniform": ("shape", lambda a: shapes(a, uniform, "$z\\sim N(0,1)$", "$z\\sim U(0,1)$")),
    "reparam-noise-shared-dims": ("cloud", cloud),
    "kl-missing-half": ("divergence", lambda a: divergence(a, lambda v: 2 * kl(0.0, v), r"$2\,D_{KL}$")),
    "kl-missing-one": ("divergence", lambda a: divergence(a, lambda v: kl(0.0, v) + 0.5, r"$D_{KL}+1/2$")),
    "kl-sign": ("divergence", lambda a: divergence(a, lambda v: -kl(0.0, v), r"$-D_{KL}$")),
    "kl-exp-forgotten": (
        "divergence",
        lambda a: divergence(a, lambda v: np.full_like(v, -0.5), r"$(\mu^2+\log\sigma^2-1-\log\sigma^2)/2$"),
    ),
    "kl-reversed": ("divergence", lambda a: divergence(a, lambda v: kl(0.0, -v), r"$D_{KL}(N(0,1)\,\|\,q)$")),
    "kl-mu-not-squared": (
        "divergence",
        lambda a: divergence(a, lambda m: m / 2, r"$(\mu+\sigma^2-1-\log\sigma^2)/2$", over_mean=True),
    ),
    "loss-term-missing": ("balance", lambda a: balance(a, 1, 0, r"$L_{rec}$")),
    "rec-mean": ("balance", lambda a: balance(a, 1 / 784, 1, r"$L_{rec}/784+D_{KL}$")),
    "loss-mixed-reduction": ("balance", lambda a: balance(a, 1 / 784, 1, r"$L_{rec}/784+D_{KL}$")),
    "kl-latent-mean": ("balance", lambda a: balance(a, 1, 1 / 20, r"$L_{rec}+D_{KL}/20$")),
    "rec-squared-error": ("pixel", lambda a: pixel(a, lambda p: np.square(p - 1), "$(p-x)^2$", 1)),
    "rec-logits": (
        "pixel",
        lambda a: pixel(a, lambda p: cross_entropy(sigmoid(p), 1), r"$p\to 1/(1+e^{-p})$", 1),
    ),
    "rec-sign": (
        "pixel",
        lambda a: pixel(a, lambda p: -cross_entropy(p, 0.8), r"$x\log p+(1-x)\log(1-p)$", 0.8),
    ),
    "rec-one-half-only": ("pixel", lambda a: pixel(a, lambda p: -0.2 * np.log(p), r"$-x\log p$", 0.2)),
    "rec-arguments-swapped": (
        "pixel",
        lambda a: pixel(a, lambda p: cross_entropy(0.8, p), r"$-p\log x-(1-p)\log(1-x)$", 0.8),
    ),
    "epoch-no-zero-grad": ("descent", descent),
}


def draw(misconception: str) -> str:
    """The picture as an SVG element that can stand in a page beside others."""
    style: Any = {
        **dict.fromkeys(
            ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK
        ),
        **{"svg.hashsalt": misconception, "svg.fonttype": "path", "font.size": 10.0, "lines.linewidth": 2.0},
        **{"mathtext.fontset": "cm", "axes.spines.top": False, "axes.spines.right": False},
    }
    with matplotlib.style.context(["default", style]):  # whatever this machine's matplotlibrc says
        drawing = Figure(figsize=(4.4, 2.5), layout="constrained")
        axes = drawing.subplots()
        FIGURES[misconception][1](axes)
        axes.patch.set_alpha(0)
        drawing.legend(frameon=False, fontsize=11, loc="outside upper center", ncols=2)
        content = io.StringIO()
        drawing.savefig(content, format="svg", transparent=True)
    return embedded(misconception, content.getvalue())


def embedded(name: str, content: str) -> str:
    """The drawing of an SVG file, without what only a standalone file needs; its ids begin with ``name``."""
    root = ElementTree.fromstring(content)
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', content))
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{SVG}metadata", f"{SVG}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
        own = element.attrib.pop("id", None)
        if own in used:
            element.set("id", f"{name}-{own}")
        if link := element.attrib.pop(LINK, None):
            element.set("href", f"#{name}-{link[1:]}")
        if clip := element.get("clip-path"):
            element.set("clip-path", clip.replace("#", f"#{name}-"))
    inside = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    inside = inside.replace(INK, "currentColor")
    inside = re.sub(r'\bd="[^"]*"', lambda path: re.sub(r"\d+\.\d+", _shorter, path[0]), inside)
    return f'<svg viewBox="{root.attrib["viewBox"]}" aria-hidden="true">{inside}</svg>'


def _shorter(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def main() -> None:
    folder = kit.folder() / "pages" / "figures"
    shutil.rmtree(folder, ignore_errors=True)
    for misconception, (kind, _) in FIGURES.items():
        path = folder / kind / f"{misconception}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(draw(misconception) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
