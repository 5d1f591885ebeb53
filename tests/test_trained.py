"""Pictures of a trained model: right pixels, nothing secret, and no trouble whatever the weights are."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from autograder import control, grading, outfolder
from autograder.homework import homework
from autograder.intake import Source, Submission
from autograder.outfolder import Folder
from autograder.report import INSTRUCTORS
from autograder.results import Result
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.vae.checks import reference, short_run
from autograder.vae.pages import drawn, pictures
from autograder.vae.pages.drawn import Trained

State = dict[str, Tensor]


@pytest.fixture(scope="module")
def task(run: Run) -> short_run.ShortRunTask:
    return short_run.task(run)


def in_other_order(state: State, pixels: Tensor) -> State:
    """Weights that treat permuted images as ``state`` treats images in their own order."""
    return {
        **state,
        "encoder.0.weight": state["encoder.0.weight"][:, pixels],
        "decoder.2.weight": state["decoder.2.weight"][pixels],
        "decoder.2.bias": state["decoder.2.bias"][pixels],
    }


def some_weights(scale: float = 1.0) -> State:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        model = reference.model.VAE(short_run.LATENT_DIM, short_run.HIDDEN_DIM)
    return {name: scale * value for name, value in model.state_dict().items()}


def same_images(one: pictures.Pictures, other: pictures.Pictures) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in pictures.SIZES)


def test_pixels_are_put_back_in_order(task: short_run.ShortRunTask, run: Run) -> None:
    natural = reference.model.VAE(short_run.LATENT_DIM, short_run.HIDDEN_DIM)
    natural.load_state_dict(some_weights())
    state = in_other_order(some_weights(), task.pixels)
    x = drawn.shown("digits", None).originals
    scrambled = reference.model.VAE(short_run.LATENT_DIM, short_run.HIDDEN_DIM)
    scrambled.load_state_dict(state)
    with torch.no_grad():
        mu, _ = natural.encode(x)
        assert torch.allclose(scrambled.encode(short_run.permuted(x, task.pixels))[0], mu, atol=1e-5)
        expected = natural.decode(mu).view(-1, 28, 28)
    made = drawn.pictured(Trained(state, None), task, run, "ab")
    assert np.abs(made.reconstructions / 255 - expected.numpy()).max() < 0.51 / 255 + 1e-4
    assert np.array_equal(made.originals, (x * 255).round().to(torch.uint8).view(-1, 28, 28).numpy())


def test_nothing_secret_is_in_the_file(task: short_run.ShortRunTask, run: Run) -> None:
    """Two networks that differ only in the permutation give the same file, so the file can't reveal it."""
    other = replace(task, pixels=torch.randperm(784))
    files = [
        drawn.pictured(Trained(in_other_order(some_weights(), each.pixels), None), each, run, "ab").to_bytes()
        for each in (task, other)
    ]
    assert files[0] == files[1] and str(run.seed).encode() not in files[0]


def test_the_images_that_are_shown_are_the_same_in_every_run(task: short_run.ShortRunTask, run: Run) -> None:
    state = Trained(some_weights(), None)
    one, other = (drawn.pictured(state, task, replace(run, seed=seed), "") for seed in (1, 2))
    assert np.array_equal(one.originals, other.originals) and np.array_equal(one.labels, other.labels)
    assert not np.array_equal(one.samples, other.samples), "noise is drawn anew"
    shown = drawn.shown("digits", None)
    assert len(shown.originals) == 10
    _, labels = short_run.images_of("digits", None, False)
    assert [int(labels[(images == one_of).flatten(1).all(1)][0]) for images, one_of in (
        (short_run.images_of("digits", None, False)[0], original) for original in shown.originals
    )] == list(range(10))  # fmt: skip


@pytest.mark.parametrize("scale", [0.0, 1e-30, 1e4, 1e18, 3e38])
def test_any_finite_weights_give_pictures_that_can_be_read(
    task: short_run.ShortRunTask, run: Run, tmp_path: Path, scale: float
) -> None:
    state = {name: value.clamp(-1, 1) for name, value in some_weights(scale).items()}
    state = {name: (value * scale).nan_to_num(3e38) for name, value in state.items()}
    assert all(bool(torch.isfinite(value).all()) for value in state.values())
    content = drawn.pictured(Trained(state, [1.0, 2.0]), task, run, "ab").to_bytes()
    assert len(content) < 100_000
    (tmp_path / "kim.safetensors").write_bytes(content)
    found = pictures.read(tmp_path / "kim.safetensors", "ab")
    assert found is not None and found.losses.tolist() == [1, 2] and found.steps == 86


@pytest.mark.parametrize(
    ("returned", "kept"),
    [([3.0, 2.0, 1.0, 0.5], 4), (None, 0), ([1.0], 0), ([float("nan")] * 4, 0), (["<b>"] * 4, 0), ([1e300] * 4, 4)],
)  # fmt: skip
def test_a_history_is_shown_only_if_it_is_one(returned: object, kept: int) -> None:
    losses = drawn.reported(returned, 4)
    assert losses.shape == (kept,) and bool(torch.isfinite(losses).all()) and losses.dtype == torch.float32


def test_drawing_leaves_the_random_numbers_of_the_process_alone(
    task: short_run.ShortRunTask, run: Run
) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    drawn.pictured(Trained(some_weights(), None), task, run, "")
    assert torch.equal(torch.get_rng_state(), before)


# --- from a submission to the files ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def right(solution: dict[str, bytes], run: Run, warm_parent: WarmParent) -> Result:
    return grading.grade(Submission("kim", solution, {}, (), "ab"), run, warm_parent)


def read(content: bytes, folder: Path) -> pictures.Pictures:
    (folder / "x.safetensors").write_bytes(content)
    found = pictures.read(folder / "x.safetensors")
    assert found is not None
    return found


def test_the_solution_draws_what_the_instructor_does(
    right: Result, run: Run, warm_parent: WarmParent, tmp_path: Path
) -> None:
    assert (right.status, right.score) == ("graded", homework().max_score)
    verdict = control.in_full(run, warm_parent)
    assert verdict.passed
    own, instructors = (read(content, tmp_path) for content in (right.pictures, verdict.pictures))
    assert same_images(own, instructors) and (own.digest, instructors.digest) == ("ab", "")
    assert len(own.losses) == homework().short_run_epochs and own.losses[0] > own.losses[-1]
    errors = np.square((own.reconstructions - own.originals.astype(float)) / 255).mean()
    assert errors < np.square((own.average - own.originals.astype(float)) / 255).mean()
    assert "pictures" not in json.loads(right.to_json())


def test_without_a_short_run_there_are_no_pictures(
    skeleton: dict[str, bytes], run: Run, warm_parent: WarmParent
) -> None:
    assert not grading.grade(Submission("kim", skeleton, {}, (), ""), run, warm_parent).pictures


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder.of(tmp_path, [Source("kim", tmp_path), Source("lee", tmp_path)])


def files(out: Path) -> set[str]:
    return {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}


def test_pictures_lie_beside_the_results(right: Result, folder: Folder, tmp_path: Path) -> None:
    kept = folder.keep(right)
    assert kept == right and not kept.pictures
    assert files(tmp_path) == {"results/kim.json", "pictures/kim.safetensors"}
    assert folder.read("kim") == right
    assert pictures.read(tmp_path / "pictures/kim.safetensors", "ab") is not None


def test_pictures_of_an_earlier_grading_go_and_others_stay(
    right: Result, folder: Folder, tmp_path: Path
) -> None:
    folder.keep(right)
    folder.keep(replace(right, submission="lee"))
    folder.keep(replace(right, pictures=b""))
    assert files(tmp_path) == {"results/kim.json", "results/lee.json", "pictures/lee.safetensors"}
    folder.write(replace(right, submission="lee"))  # in another language, say
    assert "pictures/lee.safetensors" in files(tmp_path)


def test_the_instructors_pictures_are_written_once_and_never_emptied(folder: Folder, tmp_path: Path) -> None:
    folder.keep_instructors(b"")
    assert files(tmp_path) == set()
    folder.keep_instructors(b"drawn")
    path = tmp_path / INSTRUCTORS
    before = path.stat().st_ino
    for written in (b"drawn", b""):
        folder.keep_instructors(written)
        assert (path.read_bytes(), path.stat().st_ino) == (b"drawn", before)
    folder.keep_instructors(b"otherwise")
    assert path.read_bytes() == b"otherwise"


@pytest.mark.parametrize("fails", ["pictures", "results"])
def test_a_result_is_there_only_with_its_pictures(
    right: Result, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    write: Callable[[Path, bytes], None] = outfolder.write_atomically

    def full(path: Path, content: bytes) -> None:
        if path.parent.name == fails:
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(outfolder, "write_atomically", full)
    with pytest.raises(OSError, match="No space"):
        folder.keep(right)
    assert folder.read("kim") is None
