"""What is graded and can be seen without the answers is red at the desk; one task's fault stays its own; right code is green."""

import ast
import shutil

import pytest
from test_desk import home, vae, worker
from test_handout import SOLUTION, STUBS, run

from autograder.checks import bank
from autograder.homework import homework

# What is changed in the solution, the one task that turns red, words of the cause, and the place if it is one line.
PLANTED = {
    "AdamW": ("training.py", "optim.Adam(", "optim.AdamW(", "3b", "There is weight decay"),
    "weight decay": ("training.py", "lr=learning_rate", "lr=learning_rate, weight_decay=1e-5", "3b", "There is weight decay"),
    "decay by hand": ("training.py", "epochs)]", "epochs) if [p.data.mul_(0.9999) for p in model.parameters()]]", "3b", "There is weight decay"),
    "other betas": ("training.py", "lr=learning_rate", "lr=learning_rate, betas=(0.5, 0.999)", "3b", "Leave its other settings alone"),
    "another optimiser": ("training.py", "optim.Adam(", "optim.Adamax(", "3b", "Pass only lr=learning_rate to torch.optim.Adam"),
    "another loss": ("training.py", "loader, loss_function, optimizer", "loader, lambda *given: 2 * loss_function(*given), optimizer", "3b", "Pass loss_function from vae.loss"),
    "scaled loss": ("training.py", "loss.backward()", "(loss / len(images)).backward()", "3a", "on 0.25 times the value"),
    "sign": ("training.py", "loss.backward()", "(-loss).backward()", "3a", "flip its sign"),
    "clipped norm": ("training.py", "loss.backward()", "loss.backward(); torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)", "3a", "Gradients are cut"),
    "clipped values": ("training.py", "loss.backward()", "loss.backward(); torch.nn.utils.clip_grad_value_(model.parameters(), 1.0)", "3a", "Gradients are cut"),
    "images not moved": ("training.py", "images = images.to(device)", "pass", "3a", "each batch with images.to(device)"),
    "model not moved": ("training.py", "model.to(device)\n    opt", "opt", "3b", "Move the model with model.to(device)"),
    "log_var halved in place": ("model.py", "torch.exp(0.5 * log_var)", "log_var.mul_(0.5).exp_()", "1", "the argument log_var in place"),
    "noise on the CPU": ("model.py", "torch.randn_like(std)", "torch.randn(std.shape)", "1", "A new tensor is on the CPU"),
    "half the network": ("model.py", "hidden_dim: int = 400", "hidden_dim: int = 200", "1", "You changed the given network"),
    "decode gives images": ("model.py", "return self.decoder(z)", "return self.decoder(z).view(-1, 1, 28, 28)", "1", "You changed the given network"),
    "no ReLU": ("model.py", "nn.ReLU()", "nn.Identity()", "1", "You changed the given network"),
    "kl in place": ("loss.py", "log_var.exp()", "log_var.exp_()", "2b", "the argument log_var in place"),
    "reconstruction in place": ("loss.py", "cross_entropy(recon_x,", "cross_entropy(recon_x.clamp_(1e-6, 1 - 1e-6),", "2a", "the argument recon_x in place"),
    "starts with 0": ("latent.py", "torch.where(is_known, x, 0.5)", "torch.where(is_known, x, 0.0)", "4c", "You start with 0"),
    "one more iteration": ("latent.py", "range(iterations)", "range(iterations + 1)", "4c", "one iteration too many"),
    "t on the CPU": ("latent.py", "steps, device=mu_start.device)", "steps)", "4b", "A new tensor is on the CPU"),
    "codes on the CPU": ("latent.py", "model.latent_dim, device=device)", "model.latent_dim)", "4a", "A new tensor is on the CPU"),
}  # fmt: skip


def solved(folder, **changed):
    for name in STUBS:
        shutil.copy(SOLUTION / "vae" / name, folder)
    for name, (old, new) in changed.items():
        file = folder / f"{name}.py"
        before = file.read_text(encoding="utf-8")
        assert old in before
        file.write_text(before.replace(old, new), encoding="utf-8")


def failures(worker, home):
    return {each.task.id: each.failure for each in worker.check(home.tasks.TASKS) if not each.done}


@pytest.mark.parametrize("name", PLANTED)
def test_what_would_lose_points_is_red_and_named(home, worker, vae, name):
    file, old, new, task, said = PLANTED[name]
    solved(vae, **{file.removesuffix(".py"): (old, new)})
    found = failures(worker, home)
    assert [*found] == [task] and said in found[task].cause.en and found[task].file == f"vae/{file}"


@pytest.mark.parametrize(
    ("where", "function"), [("hidden_dim: int = 400", "__init__"), ("self.decoder(z)", "decode")]
)
def test_a_changed_network_is_shown_where_it_was_changed(home, worker, vae, where, function):
    solved(
        vae, model=(where, {"__init__": "hidden_dim: int = 300", "decode": "1 - self.decoder(z)"}[function])
    )
    line = failures(worker, home)["1"].line
    tree = ast.parse((vae / "model.py").read_text(encoding="utf-8"))
    [node] = [node for node in ast.walk(tree) if getattr(node, "name", "") == function]
    assert node.lineno <= line <= node.end_lineno


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from vae.util import blend", "vae.util.blend"),
        ("from .util import blend", "vae.util.blend"),
        ("import vae.util", "vae.util"),
        ("import util", "util"),
        ("from vae.model import Encoder", "vae.model.Encoder"),
        ("import rich.text as text", "rich.text"),
    ],
)
def test_an_import_that_the_grader_lacks_is_named_by_check_and_submit(home, worker, vae, line, name):
    for folder in (home.folder, vae):
        (folder / "util.py").write_text("blend = 1\n", encoding="utf-8")
    try:
        solved(vae, latent=("import torch\n", f"import torch\n{line}\n"))
        found = failures(worker, home)
        assert [*found] == ["4a", "4b", "4c"]
        assert all(each.what.en == f"The grader cannot import {name}." for each in found.values())
        assert {each.source for each in found.values()} == {line}
        assert worker.check([home.tasks.BY_ID["4a"]])[0].unchecked
    finally:
        (vae / "util.py").unlink()
        (home.folder / "util.py").unlink()


def test_an_import_that_may_fail_is_no_fault(home, worker, vae):
    lines = "try:\n    import rich\nexcept ImportError:\n    rich = None\n"
    tail = '\n\nif __name__ == "__main__":\n    import rich\n'
    solved(
        vae, latent=("import torch\n", f"import torch\nfrom vae.data import loader\nimport vae.loss\n{lines}")
    )
    latent = vae / "latent.py"
    latent.write_text(latent.read_text(encoding="utf-8") + tail, encoding="utf-8")
    assert failures(worker, home) == {}


def test_submit_refuses_what_cannot_be_imported_and_says_what_the_grader_also_looks_at(home, vae):
    (vae / "util.py").write_text("blend = 1\n", encoding="utf-8")
    try:
        solved(vae, latent=("import torch\n", "import torch\nfrom vae.util import blend\n"))
        refused = run(home.folder, "vae", "submit", "--id", "1")
        assert refused.returncode == 1 and "The grader cannot import vae.util.blend." in refused.stderr
    finally:
        (vae / "util.py").unlink()
    solved(vae)
    done = run(home.folder, "vae", "submit", "--id", "1")
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "The grader also looks at" in said
    limits = homework().limits(False)
    assert f"{limits.cpu_seconds:g} s of CPU" in said and "1.5 GB" in said and homework().short_run_images


HANGS = "while True: pass"


@pytest.mark.parametrize(
    ("task", "file", "line"),
    [
        ("2a", "loss.py", "    return F.binary_cross_entropy("),
        ("2b", "loss.py", "    return 0.5 * torch.sum("),
        ("3a", "training.py", "    model.train()\n"),
    ],
)
def test_a_function_that_hangs_keeps_no_other_task_from_being_checked(home, worker, vae, task, file, line):
    solved(vae, **{file.removesuffix(".py"): (line, f"    {HANGS}\n{line}")})
    found = failures(worker, home)
    assert [*found] == [task] and "Stopped after 5 seconds" in found[task].what.en


def test_a_function_that_takes_too_much_memory_costs_its_own_tick_alone(home, worker, vae):
    solved(vae, latent=("is_known = known.bool()", "is_known = torch.zeros(1 << 40); known.bool()"))
    found = failures(worker, home)
    assert [*found] == ["4c"] and found["4c"].line
    solved(
        vae,
        latent=(
            "is_known = known.bool()",
            "is_known = known.bool(); rows = [bytearray(1 << 28) for _ in range(20)]",
        ),
    )
    found = failures(worker, home)
    assert [*found] == ["4c"] and "MemoryError" in found["4c"].returned


def test_status_says_what_was_not_checked_and_why(home, vae):
    solved(
        vae,
        loss=("    return 0.5 * torch.sum(", "    __import__('os')._exit(3)\n    return 0.5 * torch.sum("),
    )
    shown = run(home.folder, "vae", "status").stdout
    assert "8/9" in shown and "not checked: Python ended during the check." in " ".join(shown.split())
    shown = run(home.folder, "vae", "check", "--all").stdout
    assert "This task was not checked to the end." in shown


# Right submissions that differ in kind: idioms, optimisers, noise, precision, streams, what they import and call.
RIGHT = (
    "all--distributions",
    "all--main-block",
    "generate--desktop-habits",
    "generate--inference-mode",
    "interpolate--numpy-linspace",
    "kl_divergence--float64-result",
    "latent--whole-file-with-helpers",
    "loss--whole-file-with-all-and-class",
    "loss_function--written-out",
    "model--prior-in-frozen-parameters",
    "reconstruction_loss--logits-form",
    "reparameterize--generator-on-the-model",
    "reparameterize--numpy-noise",
    "restore--clone-and-index",
    "restore--forward-for-mu",
    "train--adam-by-hand",
    "train--both-terms-imported",
    "train--closure-over-loss",
    "train--constant-schedule",
    "train--own-loop",
    "train_epoch--autograd-grad",
    "train_epoch--closure",
    "train_epoch--norm-measured-by-clipping",
    "training--whole-file-with-trial-code",
)


@pytest.mark.parametrize("name", RIGHT)
def test_right_code_is_green(home, worker, vae, name):
    [entry] = [entry for entry in bank.entries(homework().bank, "right") if entry.name == name]
    for file, text in bank.files(entry).items():
        (vae / file).write_text(text, encoding="utf-8")
    assert failures(worker, home) == {}


def test_renamed_parameters_are_right(home, worker, vae):
    """loss_function and train may call their own functions by the names that these have."""
    solved(vae, loss=("log_var", "logvar"), training=("optimizer", "adam"))
    text = (vae / "loss.py").read_text(encoding="utf-8")
    text = text.replace("kl_divergence(mu, logvar)", "kl_divergence(logvar=log_var, mu=mu)")
    text = text.replace(
        'mu: Tensor, logvar: Tensor) -> Tensor:\n    """The neg',
        'mu: Tensor, log_var: Tensor) -> Tensor:\n    """The neg',
    )
    (vae / "loss.py").write_text(text, encoding="utf-8")
    training = (vae / "training.py").read_text(encoding="utf-8")
    called = "train_epoch(model, loader, loss_function, adam, device)"
    assert called in training
    by_name = "train_epoch(model, loader, loss_function, device=device, adam=adam)"
    (vae / "training.py").write_text(training.replace(called, by_name), encoding="utf-8")
    assert failures(worker, home) == {}
