"""Where the desk says to edit: it quotes a line only if that line is known to be at fault. 104 mistakes hold it to that."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import test_desk
from test_desk import stub_replaced
from test_handout import SOLUTION, STUBS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

home, vae, worker = test_desk.home, test_desk.vae, test_desk.worker  # fixtures
MISTAKES = tomllib.loads(Path(__file__).with_name("desk_mistakes.toml").read_text(encoding="utf-8"))[
    "mistake"
]
LEFT = "raise NotImplementedError(...)"
# The only lines that may be quoted: what was left over, and what raised an exception.
QUOTED = {
    "1 math_exp": "std = math.exp(0.5 * log_var)",
    "1 raise_left_above": LEFT,
    "1 raise_left_under": LEFT,
    "1 randn_tuple_transposed": "return mu + std * eps",
    "1 std_exp_half_float": "std = exp(log_var/2)",
    "2a no_flatten": "return F.binary_cross_entropy(recon_x, x, reduction='sum')",
    "2a view_hard_128": "x = x.view(128, 784)",
    "3a cuda_hard": "x = x.cuda()",
    "3a own_loss": "loss = F.binary_cross_entropy(recon_x, x.view(-1,784), reduction='sum')",
    "3a shadow_loss": "loss.backward()",
    "3a total_name": "total += loss.item()",
    "3a x_not_tuple": "x = x.to(device)",
    "3b forgot_loss_function": "losses.append(train_epoch(model, loader, optimizer, device))",
    "3b model_params_call": "optimizer = torch.optim.Adam(model.parameters, lr=learning_rate)",
    "4a hard20": "return model.decode(z).view(count, 1, 28, 28)",
    "4b arange_off": "t = torch.arange(steps) / steps.view(-1, 1)",
    "4b encode_tuple": "z = (1 - t) * start + t * end",
    "4b no_view_t": "z = (1 - t) * start + t * end",
    "4c float_where": "filled = torch.where(known, x, torch.full_like(x, 0.5))",
    "4c no_view": "filled = torch.where(known == 1, x, recon)",
}


def rounds():
    """The mistakes in groups, each with one mistake a file at most, so that they can be checked together."""
    groups = []
    for mistake in MISTAKES:
        file = next(name for name, stubs in STUBS.items() if mistake["task"] in stubs)
        # train calls the functions of loss.py
        taken = {file, "loss.py"} if mistake["task"] == "3b" else {file}
        group = next((group for group in groups if not taken & group.keys()), None)
        if group is None:
            groups.append(group := {})
        group |= dict.fromkeys(taken)
        group[file] = mistake
    return [[mistake for mistake in group.values() if mistake] for group in groups]


def put(folder, task, code):
    """Solve all tasks, then put this code into the function of this one. Returns its first and last line."""
    solved = (folder / task.file).read_text(encoding="utf-8")
    [node] = [
        node
        for node in ast.walk(ast.parse(solved))
        if isinstance(node, ast.FunctionDef) and node.name == task.function
    ]
    lines = solved.splitlines(keepends=True)
    first = node.body[1].lineno
    lines[first - 1 : node.end_lineno] = [code]
    (folder / task.file).write_text("".join(lines), encoding="utf-8")
    return first, first + code.rstrip().count("\n")


def test_no_right_line_is_quoted_as_the_fault(home, worker, vae):
    """The code of each mistake in a hand-out in which all else is right."""
    assert len(MISTAKES) == 104
    quoted = {}
    for group in rounds():
        for name in STUBS:
            shutil.copy(SOLUTION / "vae" / name, vae)
        tasks = [home.tasks.BY_ID[mistake["task"]] for mistake in group]
        own = [put(vae, task, mistake["code"]) for task, mistake in zip(tasks, group, strict=True)]
        for outcome, mistake, (first, last) in zip(worker.check(tasks), group, own, strict=True):
            failure, name = outcome.failure, f"{mistake['task']} {mistake['name']}"
            if failure is None:
                continue
            assert failure.file == outcome.task.name and first <= failure.line <= last, name
            if failure.source:
                quoted[name] = failure.source
                line = (vae / outcome.task.file).read_text(encoding="utf-8").splitlines()[failure.line - 1]
                assert failure.source in (line.strip(), LEFT) and not failure.last
            else:
                assert failure.function == outcome.task.function and failure.line <= failure.last <= last, (
                    name
                )
    assert {name: line for name, line in quoted.items() if QUOTED.get(name) != line} == {}
    assert len(quoted) > 15


def described(home, code, task=""):
    """What is said about the exception that a line of code raises in a Python of its own."""
    script = (
        f"import json\ntry:\n    {code}\nexcept Exception as error:\n    from vae.desk import failure_in_run\n"
        f"    print(json.dumps(failure_in_run.describe(error, {task!r}).as_dict()))"
    )
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, cwd=home.folder, capture_output=True, encoding="utf-8", check=True)
    return home.failure_in_text.Failure.from_dict(json.loads(ended.stdout))


def test_what_a_called_task_raises_is_not_blamed_on_either_of_the_two(home, vae):
    """Either the call or the called function may be wrong, but an unknown name is its own line's fault."""
    for name in STUBS:
        shutil.copy(SOLUTION / "vae" / name, vae)
    call = "import torch; from vae.loss import loss_function as f; x = torch.ones(2, 784) / 2; f(x, x.view(2, 1, 28, 28), x, x)"
    line, _ = put(vae, home.tasks.BY_ID["2c"], "    return reconstruction_loss(x, recon_x)\n")
    failure = described(home, call, "2c")
    assert failure.place == f"vae/loss.py:{line}" and not failure.source
    assert "reconstruction_loss, called on this line" in failure.cause.en
    assert "check 2a passes" in failure.cause.en
    put(vae, home.tasks.BY_ID["2a"], "    return unknown(recon_x)\n")
    assert described(home, call, "2c").source == "return unknown(recon_x)"


def test_what_given_code_raises_is_blamed_on_no_given_line(home, worker, vae):
    stub_replaced(
        vae,
        "reparameterize",
        "return self.decode(mu)[:, :3].repeat(1, 2) if mu.dim() > 2 else self.decode(log_var.T)",
    )
    [outcome] = worker.check([home.tasks.BY_ID["1"]])
    assert outcome.failure.kind == "error" and outcome.failure.source.startswith("return self.decode(mu)[")
    helper = (vae / "latent.py").read_text(encoding="utf-8") + "\n\ndef half(z):\n    return z / 0\n"
    (vae / "latent.py").write_text(helper, encoding="utf-8")
    stub_replaced(vae, "generate", "return half(count)")
    [outcome] = worker.check([home.tasks.BY_ID["4a"]])
    assert outcome.failure.source == "return z / 0"


def test_a_missing_name_is_sought_where_it_is_missing(home, vae):
    """training.py as handed out imports loss_function: that line is right."""
    text = (vae / "loss.py").read_text(encoding="utf-8")
    (vae / "loss.py").write_text(text.replace("def loss_function(", "def loss_funktion("), encoding="utf-8")
    failure = described(home, "import vae.training")
    assert failure.place == "vae/loss.py" and not failure.source
    (vae / "util.py").write_text("def (\n", encoding="utf-8")
    (vae / "loss.py").write_text("import vae.util\n" + text, encoding="utf-8")
    failure = described(home, "import vae.loss")
    (vae / "util.py").unlink()
    assert failure.place == "vae/util.py:1" and failure.source == "def ("


@pytest.mark.parametrize(("folder", "shown"), [(".", "vae/"), ("..", "{0}/vae/"), ("runs", "/")])
def test_a_path_leads_to_the_file_from_any_folder(home, vae, folder, shown):
    """What is printed is a path from the current folder, so that a click in a terminal opens the file."""
    start = (home.folder / folder).resolve()
    start.mkdir(exist_ok=True)
    environment = {**os.environ, "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, home.folder / "vae", "check", "2b"]
    ended = subprocess.run(command, cwd=start, env=environment, capture_output=True, encoding="utf-8")
    [place] = re.findall(r"edit +(\S.*):\d+ ", ended.stdout)
    assert place.startswith(shown.format(home.folder.name))
    assert (start / place).samefile(vae / "loss.py") and "\x1b" not in ended.stdout
