"""`python -m vae train`: it watches the student's loop without changing it, and keeps whatever was learnt."""

import argparse
import functools
import http.server
import importlib
import io
import json
import os
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

import pytest
import torch

ROOT = Path(__file__).resolve().parents[1]
MNIST_ARCHIVES = ROOT.parent / "shared" / "data" / "MNIST" / "raw"
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
    assert "에폭/epoch 2/2 100%|" in capsys.readouterr().err


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
    assert 2 <= terminal.getvalue().count("에폭") <= 10 * seconds + 4


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
    assert "Training on the digits instead" in warned and "could not be downloaded" in warned
    assert "재구성/recon " in warned and "█" not in warned and "Traceback" not in warned
    assert "1437 images, 2 epochs, cpu" in said
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
    assert "중단했습니다." in warned and "Interrupted." in warned and "Traceback" not in warned
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
        ({"loss.py": "x = 1\n"}, ("training.py:", "'loss_function'", "check")),
        ({"training.py": "def trian(): pass\n"}, ("cannot import name", "'train'", "check")),
    ],
)  # fmt: skip
def test_a_mistake_is_said_in_both_languages_without_a_traceback(desk, files, said, capsys):
    train = desk("desk.train", files)
    assert train.run(arguments(desk, "--epochs", 1)) == 1
    warned = capsys.readouterr().err
    assert all(part in warned for part in said)
    assert f"더 자세히: python -m vae check {said[2]}".removesuffix(" check") in warned
    assert "For details: python -m vae check" in warned and "Traceback" not in warned


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
    assert f"MNIST (11 MB) -> {root}: 내려받습니다 / downloading\n" in warned
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
    assert "digits로 학습합니다" in warned and "Training on the digits instead" in warned
    assert not list((tmp_path / "data").rglob("*-ubyte"))
