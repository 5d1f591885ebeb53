"""`python -m vae train`: it watches the student's loop without changing it, and keeps whatever was learnt."""

import argparse
import functools
import http.server
import importlib
import io
import itertools
import json
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import threading
import time
import venv
import zipfile
from pathlib import Path

import matplotlib
import pytest
import torch
from matplotlib.image import AxesImage
from matplotlib.text import Text

from tests import examples

ROOT = Path(__file__).resolve().parents[1]
MNIST_ARCHIVES = ROOT.parent / "shared" / "data" / "MNIST" / "raw"
HANGUL = re.compile("[가-힣]")
FILES = ("model.py", "loss.py", "training.py", "latent.py")
PICTURES = {
    f"{name}.png"
    for name in "loss loss_terms reconstructions latent_map samples interpolation restoration".split()
}


@pytest.fixture
def unzipped(tmp_path):
    """The hand-out as a student unpacks it, in a folder with a space and Hangul, and solved."""
    make = runpy.run_path(str(ROOT / "release" / "student" / "make_zip.py"))["make"]
    with zipfile.ZipFile(make(tmp_path / "handout.zip")) as packed:
        packed.extractall(tmp_path / "내 과제")
    folder = tmp_path / "내 과제" / "vae-assignment"
    for name in FILES:
        shutil.copy(ROOT / "solution" / "vae" / name, folder / "vae" / name)
    return folder


@pytest.fixture
def desk(unzipped, monkeypatch):
    """``module = desk("desk.train", {"loss.py": source})``: a module of that hand-out, with some files replaced."""

    def forget():
        for name in [name for name in sys.modules if name.partition(".")[0] == "vae"]:
            del sys.modules[name]

    def imported(module, files=None):
        for name, source in (files or {}).items():
            (unzipped / "vae" / name).write_text(source, encoding="utf-8")
        return importlib.import_module(f"vae.{module}")

    kept = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "vae"}
    forget()
    monkeypatch.syspath_prepend(unzipped)
    monkeypatch.chdir(unzipped)
    yield imported
    forget()
    sys.modules.update(kept)


def few(data, count=100):
    images = data.load("digits")
    return data.Images(images.images[:count], images.labels[:count])


def watched(desk, epochs, files=None, batch_size=32):
    """Watch a training: returns its log, what `train` returned, and the trained model."""
    training = desk("desk.training_log", files).Training(epochs)
    training.watch(desk("loss"))
    torch.manual_seed(0)
    model = desk("model").VAE()
    loader = training.loader(desk("data").loader(few(desk("data")), batch_size))
    losses = desk("training").train(model, loader, epochs, 1e-3, "cpu")
    training.close()
    return training, losses, model


def arguments(desk, *given):
    parser = argparse.ArgumentParser()
    desk("desk.train").add_arguments(parser)
    return parser.parse_args(["--device", "cpu", *map(str, given)])


# --- watching ------------------------------------------------------------------------------------------


def test_watching_changes_nothing(desk):
    torch.manual_seed(0)
    alone = desk("model").VAE()
    loader = desk("data").loader(few(desk("data")), 32)
    expected = desk("training").train(alone, loader, 3, 1e-3, "cpu")
    for name in ("vae.training", "vae.loss", "vae.model", "vae.data"):
        del sys.modules[name]
    training, losses, model = watched(desk, 3)
    assert losses == expected
    for one, other in zip(alone.parameters(), model.parameters(), strict=True):
        assert torch.equal(one, other)
    assert [epoch["loss"] for epoch in training.history] == pytest.approx(expected, rel=1e-5)


def test_training_at_the_desk_leaves_the_students_optimiser_as_it_was_made(desk, tmp_path, monkeypatch):
    groups = []
    step = torch.optim.Adam.step

    def recorded(optimizer):
        groups.append((optimizer.param_groups[0], optimizer.defaults))
        return step(optimizer)

    monkeypatch.setattr(torch.optim.Adam, "step", recorded)
    assert desk("desk.train").run(arguments(desk, "--epochs", 1, "--out", tmp_path / "runs")) == 0
    assert len(groups) == 12
    for group, defaults in groups:
        assert {name: value for name, value in group.items() if name != "params"} == defaults


def test_the_loss_is_split_into_its_two_terms(desk):
    training, losses, _ = watched(desk, 2)
    assert len(training.history) == 2
    for epoch, loss in zip(training.history, losses, strict=True):
        assert epoch["reconstruction"] + epoch["kl"] == pytest.approx(loss, rel=1e-5)
        assert 0 < epoch["kl"] < 60 < epoch["reconstruction"]


def test_a_loader_stays_a_loader_over_its_whole_dataset(desk):
    images = few(desk("data"))
    loader = desk("desk.training_log").Training(1).loader(desk("data").loader(images, 32))
    assert isinstance(loader, torch.utils.data.DataLoader)
    assert loader.dataset is images and len(loader) == 4
    assert sorted(len(x) for x, _ in loader) == [4, 32, 32, 32]


def test_the_bar_starts_no_thread_that_could_wait_for_ever(desk):
    before = threading.enumerate()
    watched(desk, 2)
    assert threading.enumerate() == before


INLINE = """
def kl_divergence(mu, log_var): raise NotImplementedError("Task 2b: not yet")
def reconstruction_loss(recon_x, x): raise NotImplementedError("Task 2a: not yet")
def loss_function(recon_x, x, mu, log_var):
    return (recon_x - x.flatten(1)).square().sum() + mu.square().sum()
"""
OWN_LOOP = """
import torch
def train_epoch(*arguments): raise NotImplementedError("Task 3a: not yet")
def train(model, loader, epochs, learning_rate, device):
    for _ in range(epochs):
        for images, _ in loader:
            model(images)
        with torch.no_grad():
            for images, _ in loader:
                model(images)
    return [1.0] * epochs
"""


def test_a_loss_in_one_piece_is_shown_in_one_piece(desk):
    training, losses, _ = watched(desk, 2, {"loss.py": INLINE})
    assert [set(epoch) for epoch in training.history] == [{"loss"}, {"loss"}]
    assert [epoch["loss"] for epoch in training.history] == pytest.approx(losses, rel=1e-5)


def test_a_loop_of_another_kind_is_watched_too_and_measuring_does_not_count(desk, capsys):
    training, _, _ = watched(desk, 2, {"training.py": OWN_LOOP})
    assert training.history == [{}, {}]
    assert "epoch 2/2 100%|" in capsys.readouterr().err


def test_the_first_picture_comes_while_training_goes_on(desk, monkeypatch):
    watching = desk("desk.training_log")
    # After an epoch, or sooner if an epoch takes long.
    for seconds, batches in ((watching.EARLY_SECONDS, 4), (-1, 1)):
        monkeypatch.setattr(watching, "EARLY_SECONDS", seconds)
        training, seen = watching.Training(3), []
        loader = training.loader(desk("data").loader(few(desk("data")), 32))
        training.draw_early = lambda seen=seen: seen.append("drawn")
        for number, _ in enumerate(loader):
            assert seen == ["drawn"] * (number >= batches)
        assert seen == ["drawn"]
        training.close()


def test_the_bar_is_drawn_ten_times_a_second_at_most(desk, monkeypatch):
    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    training = desk("desk.training_log").Training(200)
    loader = training.loader(desk("data").loader(few(desk("data")), 1))
    started = time.monotonic()
    for _ in range(200):
        for _ in loader:
            pass
    seconds = time.monotonic() - started
    training.close()
    assert "ETA" in terminal.getvalue() and "█" in terminal.getvalue()
    assert 2 <= terminal.getvalue().count("epoch ") <= 10 * seconds + 4


def test_a_slow_epoch_is_reported_once(desk, monkeypatch):
    log, clock, slow = desk("desk.training_log"), [0.0], []
    monkeypatch.setattr(log.time, "monotonic", lambda: clock[0])
    training = log.Training(6)
    loader = training.loader(desk("data").loader(few(desk("data")), 100))
    training.slow = lambda: slow.append(len(training.history))
    training.draw_early = lambda: clock.__setitem__(0, clock[0] + 100)  # drawing takes its own time
    for seconds in (3, 1, 1.9, 2.1, 2.1, 9):
        for _ in loader:
            clock[0] += seconds
    training.close()
    assert slow == [4]


# --- threads -------------------------------------------------------------------------------------------


@pytest.fixture
def threads(desk, monkeypatch):
    """The module, on a machine where torch has eight threads by default and no variable sets their number."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    before = torch.get_num_threads()
    torch.set_num_threads(8)
    yield desk("desk.threads")
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("seconds", "fastest"),
    [
        ({1: 4, 2: 3, 4: 2, 8: 1}, 8),
        ({1: 4, 2: 2, 4: 1, 8: 0.95}, 4),  # a tie goes to fewer
        ({1: 1, 2: 0.95}, 1),
        ({1: 1, 2: float("inf")}, 1),  # a busy machine
    ],
)
def test_the_fastest_number_of_threads_is_taken_and_given_back(threads, monkeypatch, seconds, fastest):
    monkeypatch.setattr(threads, "_seconds", lambda *_, **__: seconds[torch.get_num_threads()])
    set_threads = torch.set_num_threads
    with threads.Threads() as chosen:
        chosen.choose(128)
        assert torch.get_num_threads() == fastest and not chosen.own
    assert torch.get_num_threads() == 8 and torch.set_num_threads is set_threads


def test_measuring_changes_no_random_number_and_takes_less_than_a_second(threads):
    torch.set_num_threads(2)
    state, started = torch.get_rng_state(), time.process_time()
    with threads.Threads() as chosen, torch.no_grad():
        chosen.choose(10_000)
        assert not torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), state) and time.process_time() - started < 1


def test_a_number_of_threads_that_the_student_sets_stays(threads, monkeypatch):
    with threads.Threads() as chosen:
        torch.set_num_threads(3)
        chosen.choose(128)
        assert torch.get_num_threads() == 3
    assert torch.get_num_threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    with threads.Threads() as chosen:
        chosen.choose(128)
        assert torch.get_num_threads() == 3


OWN_THREADS = "import torch\ntorch.set_num_threads(3)\n"


@pytest.mark.parametrize(("first_line", "used"), [("", 1), (OWN_THREADS, 3)])
def test_train_uses_and_notes_the_number_of_threads(
    desk, threads, tmp_path, monkeypatch, capsys, first_line, used
):
    monkeypatch.setattr(threads, "_seconds", lambda *_, **__: torch.get_num_threads())
    source = Path("vae/training.py").read_text(encoding="utf-8")
    train = desk("desk.train", {"training.py": first_line + source})
    assert train.run(arguments(desk, "--epochs", 1, "--out", tmp_path)) == 0
    about = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert about["threads"] == used
    assert torch.get_num_threads() == (3 if first_line else 8)
    *_, last = capsys.readouterr().out.splitlines()
    assert last.startswith("Next: ") and "python -m vae submit" in last


# --- the pictures --------------------------------------------------------------------------------------


def words(figure):
    """All texts of a figure."""
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def heights(axes):
    """The heights of the horizontal lines."""
    return [line.get_ydata()[0] for line in axes.lines if len(set(line.get_ydata())) == 1]


@pytest.fixture(params=["en", "ko", "ko without a font"])
def language(desk, monkeypatch, request):
    """The language of pictures: English where Korean is asked for, but there is no font for Hangul."""
    font = None if "font" in request.param else "DejaVu Sans"  # it draws boxes, but is always there
    monkeypatch.setattr(desk("desk.captions"), "hangul_font", lambda: font)
    monkeypatch.setenv("LC_ALL", request.param[:2])
    return "ko" if request.param == "ko" else "en"


def test_without_a_font_for_hangul_the_words_are_english(desk, monkeypatch):
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    captions, before = desk("desk.captions"), dict(matplotlib.rcParams)
    monkeypatch.setattr(captions, "HANGUL_FONTS", ("DejaVu Sans", "no such font"))  # without Hangul; absent
    captions.hangul_font.cache_clear()
    try:
        assert captions.hangul_font() is None
        assert captions.caption("손실", "loss") == "loss"
        assert not HANGUL.search(words(desk("plots").loss_curve([500.0, 300.0])))
    finally:
        captions.hangul_font.cache_clear()
    monkeypatch.setattr(captions, "hangul_font", lambda: "Some Hangul Font")
    assert captions.caption("손실", "loss") == "손실"
    figure = desk("plots").loss_curve([500.0, 300.0])
    assert HANGUL.search(words(figure))
    assert figure.axes[0].title.get_fontfamily() == [*before["font.family"], "Some Hangul Font"]
    assert dict(matplotlib.rcParams) == before


def test_the_loss_is_shown_between_what_is_known_about_nothing_and_the_entropy_of_the_pixels(desk, language):
    plots, images = desk("plots"), desk("data").load("digits").images
    floor = plots.entropy(images)
    x = images.flatten(1)
    expected = torch.nn.functional.binary_cross_entropy(x, x, reduction="sum") / len(x)
    assert floor == pytest.approx(float(expected), rel=1e-5)
    assert plots.entropy(images.round()) == 0
    figure = plots.loss_curve([460.0, 300.0], floor=floor)
    assert heights(figure.axes[0]) == pytest.approx([254.8, 543.4], abs=0.05)
    assert "784 ln 2 = 543.4" in words(figure) and "254.8" in words(figure)
    low, high = figure.axes[0].get_ylim()
    assert low < floor < 543.5 < high
    reconstruction, kl = plots.loss_terms([450.0, 290.0], [11.0, 13.0], floor=floor).axes
    assert heights(reconstruction) == pytest.approx([254.8], abs=0.05) and not heights(kl)
    assert heights(plots.loss_curve([3.0, 2.0]).axes[0]) == pytest.approx([543.4], abs=0.05)


@pytest.mark.parametrize("latent_dim", [2, 5])
def test_each_numeral_is_on_a_point_of_its_digit_and_the_prior_is_around_its_mean(desk, latent_dim):
    torch.manual_seed(0)
    model, test = desk("model").VAE(latent_dim), desk("data").load("digits", train=False)
    axes = desk("plots").latent_map(model, test.images, test.labels).axes[0]
    points = {digit: scattered.get_offsets().data for digit, scattered in enumerate(axes.collections)}
    assert [text.get_text() for text in axes.texts] == [str(digit) for digit in range(10)]
    for digit, text in enumerate(axes.texts):
        assert min(abs(points[digit] - text.get_position()).sum(axis=1)) < 1e-6
    circles = [(circle.center, circle.radius) for circle in axes.patches]
    assert circles == [((0, 0), 1), ((0, 0), 2)] and axes.get_aspect() == 1
    if latent_dim == 5:  # the plane goes through the prior's mean: distances from it do not grow
        codes = model.encode(test.images)[0].detach()
        shown = torch.cat([torch.from_numpy(points[digit]) for digit in range(10)])
        assert shown.norm(dim=1).max() <= codes.norm(dim=1).max() + 1e-4
        assert shown.mean(dim=0).norm() <= codes.mean(dim=0).norm() + 1e-4


def test_three_kinds_of_pixels_are_restored_beside_the_mean_image(desk, language):
    pictures, x = desk("desk.pictures"), desk("data").load("digits").images[:10]
    masks = pictures.masks(x)
    missing = [1 - float(known.mean()) for known in masks.values()]
    assert missing == pytest.approx([0.5, 100 / 784, 0.5], abs=0.02)
    shown = {name: (known, x, x.mean(dim=0).expand_as(x)) for name, known in masks.items()}
    figure = desk("plots").restorations(x, shown)
    assert len(figure.findobj(AxesImage)) == 10 * (1 + 3 * 3)
    said = words(figure)
    error, mean = {"en": ("error", "mean image"), "ko": ("오차", "평균 이미지")}[language]
    assert all(name in said for name in masks) and said.count(f"{error} 0.000") == 3
    assert said.count(mean) == 3 and bool(HANGUL.search(said)) == (language == "ko")


@pytest.mark.parametrize("dataset", ["digits", "mnist"])
def test_ones_own_pictures_have_an_example_beside_them(desk, dataset, language):
    example, plots = desk("desk.example"), desk("plots")
    read = example.read(dataset)
    assert read.reconstructions.shape == (10, 1, 28, 28) and read.samples.shape == (16, 1, 28, 28)
    for images in (read.reconstructions, read.samples):
        assert images.min() == 0 and images.max() > 0.9
    assert read.epochs == desk("desk.train").EPOCHS[dataset]
    torch.manual_seed(0)
    model, x = desk("model").VAE(), desk("data").load("digits", train=False).images[:10]
    for figure in (
        plots.samples(torch.rand(64, 1, 28, 28), example=example.shown(dataset, "samples")),
        plots.reconstructions(model, x, example.shown(dataset, "reconstructions")),
    ):
        assert f"{read.loss} nats" in words(figure)
        assert ("약 이 정도" in words(figure)) == (language == "ko")
        assert ("about like this" in words(figure)) == (language == "en")


def test_the_examples_are_small_public_texts_and_one_that_is_missing_is_left_out(desk, unzipped):
    example = desk("desk.example")
    files = sorted(example.FOLDER.iterdir())
    assert sum(file.stat().st_size for file in files) <= 60_000
    public = (ROOT / "release" / "public.toml").read_text(encoding="utf-8")
    for file in files:
        assert f'"{file.relative_to(unzipped).as_posix()}"' in public
        values = json.loads(file.read_text(encoding="utf-8"))
        texts = list(itertools.chain(*values["reconstructions"], *values["samples"]))
        assert {len(line) for line in texts} == {28} and set("".join(texts)) <= set(example.LEVELS)
    for damage in (lambda: files[0].write_text("{}"), lambda: files[0].write_text("<html>"), files[0].unlink):
        damage()
        assert example.shown(files[0].stem, "samples") == {}


def test_an_example_is_read_as_it_was_written(desk):
    example = desk("desk.example")
    images = torch.linspace(0, 1, 2 * 784).view(2, 1, 28, 28)
    examples.write(example, "digits", example.Example(3, 300.5, images, images.flip(0))._asdict())
    read = example.read("digits")
    assert (read.epochs, read.loss) == (3, 300.5)
    assert (read.reconstructions - images).abs().max() <= 0.5 / (len(example.LEVELS) - 1) + 1e-6
    assert torch.equal(read.samples, read.reconstructions.flip(0))


# --- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def own_environment(tmp_path):
    """An environment with the hand-out's requirements but without the engine, like a student's."""
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    packages = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    shared = f"{Path(torch.__file__).parents[1]}\nimport sys; sys.modules['autograder'] = None\n"
    Path(packages.strip(), "shared.pth").write_text(shared, encoding="utf-8")
    engine = subprocess.run([python, "-c", "import autograder"], cwd=tmp_path, capture_output=True)
    assert b"ModuleNotFoundError" in engine.stderr
    return python


def test_train_works_without_the_engine_on_a_korean_console(unzipped, own_environment):
    environment = {**os.environ, "PYTHONIOENCODING": "cp949:strict", "VAE_DATA_ROOT": str(unzipped / "data")}
    environment["LC_ALL"] = "ko_KR.UTF-8"
    environment |= {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}  # nobody listens
    started = time.time()
    done = subprocess.run(
        [own_environment, *"-m vae train --dataset mnist --epochs 2 --device cpu".split()],
        cwd=unzipped,
        env=environment,
        capture_output=True,
        timeout=300,
    )
    said, warned = done.stdout.decode("cp949"), done.stderr.decode("cp949")
    assert done.returncode == 0, warned
    assert "대신 digits로 학습합니다" in warned and "내려받지 못했습니다" in warned
    assert "재구성 " in warned and "█" not in warned and "Traceback" not in warned
    assert "이미지 1437장, 2 에폭, cpu" in said
    assert re.search(r"다음: .*\bruns\b.*\bruns/explore\.html\b.*python -m vae submit", said)
    runs = unzipped / "runs"
    assert {file.name for file in runs.iterdir()} == PICTURES | {"run.json", "model.pt", "explore.html"}
    about = json.loads((runs / "run.json").read_text(encoding="utf-8"))
    assert (about["dataset"], about["epochs"], about["batch_size"]) == ("digits", 2, 128)
    assert not about["interrupted"] and 0 < about["seconds"] < time.time() - started
    assert about["versions"]["torch"] == torch.__version__
    assert [set(epoch) for epoch in about["nats_per_image"]] == [{"loss", "reconstruction", "kl"}] * 2
    weights = torch.load(runs / "model.pt")
    assert weights["encoder.0.weight"].shape == (400, 784)


def test_ctrl_c_keeps_what_was_learnt(unzipped):
    runs = unzipped / "runs"
    command = [sys.executable, *"-m vae train --epochs 100000 --device cpu".split()]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        command,
        cwd=unzipped,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # If these tests run in the background, the signal is ignored, and Python leaves it so.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as running:
        started = time.monotonic()
        while not (runs / "reconstructions.png").exists() and time.monotonic() - started < 120:
            time.sleep(0.1)
        time.sleep(0.5)  # let it finish the picture and go on
        running.send_signal(signal.SIGINT)
        said, warned = (text.decode() for text in running.communicate(timeout=120))
    assert running.returncode == 130, warned
    assert "Interrupted." in warned and "Traceback" not in warned
    about = json.loads((runs / "run.json").read_text(encoding="utf-8"))
    assert about["interrupted"] and len(about["nats_per_image"]) < 100000
    drawn = PICTURES if about["nats_per_image"] else PICTURES - {"loss.png", "loss_terms.png"}
    assert {file.name for file in runs.iterdir()} == drawn | {"run.json", "model.pt", "explore.html"}
    assert "restoration.png" in said


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"training.py": "def train(*arguments):\n    return 1 / 0\ntrain_epoch = train\n"}, ("training.py:2", "ZeroDiv", "3b")),
        ({"loss.py": "def loss_function(:\n"}, ("loss.py:1", "SyntaxError", "check")),
        ({"loss.py": "x = 1\n"}, ("edit: vae/loss.py\n", "'loss_function'", "check")),
        ({"training.py": "def trian(): pass\n"}, ("cannot import name", "'train'", "check")),
    ],
)  # fmt: skip
def test_a_mistake_is_said_without_a_traceback(desk, files, said, capsys):
    train = desk("desk.train", files)
    assert train.run(arguments(desk, "--epochs", 1)) == 1
    warned = capsys.readouterr().err
    assert all(part in warned for part in said)
    assert f"For details: python -m vae check {said[2]}".removesuffix(" check") in warned
    assert "Traceback" not in warned


NO_LOSSES = "def train(model, loader, *rest):\n    for _ in loader: pass\ntrain_epoch = train\n"


def test_a_wrong_result_of_train_is_said_and_an_earlier_run_is_kept(desk, unzipped, capsys):
    runs = unzipped / "runs"
    runs.mkdir()
    for name in ("run.json", "model.pt", "loss.png", "explore.html"):
        (runs / name).write_text("earlier")
    train = desk("desk.train", {"training.py": NO_LOSSES, "latent.py": "import nothing_of_this_name\n"})
    assert train.run(arguments(desk, "--epochs", 2)) == 1
    warned = capsys.readouterr().err
    assert "train did not return a list of 2 floats" in warned and "check 3b" in warned
    assert "ModuleNotFoundError: No module named 'nothing_of_this_name'" in warned
    assert "vae/latent.py:1 " in warned
    assert {file.name: file.read_text() for file in (runs / "previous").iterdir()} == dict.fromkeys(
        ("run.json", "model.pt", "loss.png", "explore.html"), "earlier"
    )
    assert {file.name for file in runs.iterdir()} == {
        "previous", "run.json", "model.pt", "reconstructions.png", "latent_map.png", "explore.html"
    }  # fmt: skip


# --- MNIST ---------------------------------------------------------------------------------------------


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A file server in place of torchvision's mirrors; yields its folder."""
    from torchvision.datasets import MNIST

    folder = tmp_path / "mirror"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    monkeypatch.setenv("no_proxy", "*")
    yield folder
    server.shutdown()
    server.server_close()


def test_mnist_is_downloaded_with_a_progress_bar(desk, mirror, tmp_path, capfd):
    if not MNIST_ARCHIVES.is_dir():
        pytest.skip("the MNIST archives are not here: ../shared/data/MNIST/raw does not exist")
    for archive in MNIST_ARCHIVES.glob("*.gz"):
        shutil.copyfile(archive, mirror / archive.name)
    root = tmp_path / "새 폴더"
    assert len(desk("data").load("mnist", train=False, root=root, progress=True)) == 10_000
    said, warned = capfd.readouterr()
    assert f"MNIST (11 MB) -> {root}\n" in warned
    assert warned.count("100%|") >= 4 and said == ""
    assert len(desk("data").load("mnist", train=False, root=root, progress=True)) == 10_000
    assert capfd.readouterr() == ("", "")


def test_a_damaged_download_is_not_taken(desk, mirror, tmp_path, monkeypatch, capfd):
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (mirror / f"{name}-ubyte.gz").write_bytes(b"<html>Log in to this Wi-Fi</html>")
    monkeypatch.setenv("VAE_DATA_ROOT", str(tmp_path / "data"))
    dataset, train, test = desk("desk.train")._images("mnist")
    assert (dataset, len(train), len(test)) == ("digits", 1437, 360)
    warned = capfd.readouterr().err
    assert "Training on the digits instead" in warned
    assert not list((tmp_path / "data").rglob("*-ubyte"))
