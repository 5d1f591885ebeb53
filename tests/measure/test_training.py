"""What train_epoch and train are found to compute: small student functions, and the statement that each must get."""

from __future__ import annotations

import pytest

from autograder.checks import bank, measured
from autograder.checks.remote import RemoteSubmission
from autograder.homework import homework
from autograder.run import Run
from autograder.sandbox.client import WarmParent

EPOCH = """
def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
"""
TRAIN = """
def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
"""
ADAM = "torch.optim.Adam(model.parameters(), lr=learning_rate)"
EPOCHS = [
    ("optimizer.zero_grad()", "pass", "step_formula", {"yours": "lr*sum(g)"}, "epoch-no-zero-grad"),
    (
        "loss.backward()",
        "(loss / len(x)).backward()",
        "step_formula",
        {"yours": "lr*g/n"},
        "epoch-loss-rescaled",
    ),
    ("model.train()", "model.eval()", "evaluation_mode", {}, "epoch-mode"),
    (
        "x = x.to(device)",
        "x = 2 * x.to(device) - 1",
        "network_gets",
        {"yours": "2*x - 1"},
        "epoch-input-changed",
    ),
    (
        "total / len(loader.dataset)",
        "total / len(loader)",
        "value_formula",
        {"yours": "sum(L)/B"},
        "epoch-wrong-divisor",
    ),
    ("total / len(loader.dataset)", "[]", "returns", {"yours": "list of 0"}, "epoch-returns-tensor"),
    ("optimizer.step()", "pass", "nothing_moves", {}, "epoch-no-step"),
    (
        "for x, _ in loader:",
        "for x, _ in list(loader)[1:]:",
        "images_used",
        {"images": 6},
        "epoch-batches-skipped",
    ),
    ("total += loss.item()", "total += loss.item() ** 2", "value_off", {"percent": 25}, None),
]
TRAINS = [
    (ADAM, "torch.optim.AdamW(model.parameters(), lr=learning_rate)", "train_path", "train-other-optimizer"),
    (ADAM, ADAM.replace("=learning_rate", "=2 * learning_rate"), "train_path", "train-learning-rate"),
    (ADAM, "torch.optim.NAdam(model.parameters(), lr=learning_rate)", "parameters_off", None),
    ("for _ in range(epochs)]", "for _ in range(epochs)][-1:]", "returns_for", "train-history"),
    ("range(epochs)", "range(epochs + 1)", "train_passes", "train-epoch-count"),
    ("model.to(device)", "model.decoder.requires_grad_(False)", "frozen", "part-of-model-frozen"),
]


def said(source: str, stub: str, parent: WarmParent) -> list[measured.Statement]:
    """What is said about a stub that is written like this."""
    entry = bank.Entry(stub, "wrong", {"stub": stub}, source)
    run = Run(homework(), "digits", None, "cpu", 0, "en")
    remote = RemoteSubmission(bank.submission(entry), "training", parent, run)
    try:
        return measured.measured(stub, lambda calls: remote.ask("many", {"calls": calls}), 0)
    finally:
        remote.close()


@pytest.mark.parametrize(("old", "new", "id", "values", "misconception"), EPOCHS)
def test_train_epoch(
    old: str, new: str, id: str, values: dict[str, str], misconception: str | None, warm_parent: WarmParent
) -> None:
    first = said(EPOCH.replace(old, new), "train_epoch", warm_parent)[0]
    assert (first.id, first.misconception) == (id, misconception)
    assert values.items() <= dict(first.values).items()


@pytest.mark.parametrize(("old", "new", "id", "misconception"), TRAINS)
def test_train(old: str, new: str, id: str, misconception: str | None, warm_parent: WarmParent) -> None:
    source = "from vae.loss import loss_function\nimport torch\n" + TRAIN.replace(old, new)
    first = said(source, "train", warm_parent)[0]
    assert (first.id, first.misconception) == (id, misconception)


@pytest.mark.parametrize("stub", ["train_epoch", "train"])
def test_nothing_is_said_about_right_code(stub: str, warm_parent: WarmParent) -> None:
    source = EPOCH if stub == "train_epoch" else "from vae.loss import loss_function\nimport torch\n" + TRAIN
    assert said(source, stub, warm_parent) == []


@pytest.mark.parametrize("stub", ["train_epoch", "train"])
@pytest.mark.parametrize("answer", [None, {}, [], "text", float("nan"), {"passes": [{}], "calls": 3}])
def test_nothing_is_said_about_garbage(stub: str, answer: object) -> None:
    assert measured.measured(stub, lambda calls: [{"value": answer} for _ in calls], 0) == []
