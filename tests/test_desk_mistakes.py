"""What the desk says is wrong: for each of 104 mistakes its own cause; the first hint, a reset and the words that fit."""

import ast
import re
import shutil

import pytest
import test_desk
from test_desk import stub_replaced
from test_desk_places import MISTAKES, put, rounds
from test_handout import SOLUTION, STUBS, run

home, vae, worker = test_desk.home, test_desk.vae, test_desk.worker  # fixtures

# Words of the cause that each mistake has to be told; "" where the code is right.
CAUSES = {
    "1 detach": "The gradient is cut: look for detach",
    "1 distribution_sample": "look for detach, .data, no_grad, sample()",
    "1 eps_seeded": "Draw a new epsilon at each call. Don't set a seed inside the function.",
    "1 inplace": "You changed the argument log_var in place",
    "1 math_exp": "torch.exp, not math.exp",
    "1 minus": "So what is sigma? Multiply epsilon by it.",
    "1 mu_forgotten": "mu is missing. Add it.",
    "1 no_return": "The function returns None.",
    "1 noise_per_row": "Give epsilon the shape (N, D). Don't share one draw between images or dimensions.",
    "1 numpy": "Keep float32 (numpy and .double() make float64).",
    "1 only_training": "In evaluation mode, draw a new epsilon just as in training mode.",
    "1 print_debug": "",
    "1 raise_left_above": "Delete that line and save.",
    "1 raise_left_after_return": "",
    "1 raise_left_under": "Delete that line and save.",
    "1 rand_uniform": "The noise is uniform, as from rand.",
    "1 randn_tuple_transposed": "In each dimension the sizes must be equal, or one of them 1.",
    "1 return_tuple": "Return one value, not several. A comma in the return line makes a tuple.",
    "1 sqrt_logvar": "log_var is a logarithm already and may be 0 or negative.",
    "1 std_exp_half_float": "Put torch. before exp: torch.exp",
    "1 std_is_logvar": "So what is sigma? Multiply epsilon by it.",
    "1 std_is_var": "So what is sigma? Multiply epsilon by it.",
    "1 torch_normal": "look for detach, .data, no_grad, sample(), torch.normal(mu, std)",
    "2a by_hand_nolog_safe": "log(0) is -infinity. The loss function in torch takes care of that.",
    "2a default_mean": "Take the sum over all elements of all images, not their mean.",
    "2a item": "Return the tensor, not a number (.item() and float() make numbers).",
    "2a mean_batch": "Don't divide by the number of images N: the sum over the batch is asked for.",
    "2a mse": "Use the binary cross-entropy instead of the squared error.",
    "2a no_flatten": "x may be (N, 1, 28, 28): flatten x.",
    "2a reduction_none": "Sum over all dimensions, down to one number (a 0-dim tensor).",
    "2a round": "Don't round: grey pixels and probabilities count as they are.",
    "2a sign": "A sign is flipped. Compare the signs of the measured formula with those of the one asked for.",
    "2a swapped": "The arguments are swapped.",
    "2a view_hard_128": "don't hard-code the batch size",
    "2a with_logits": "recon_x is a probability already. Use the function without logits in its name.",
    "2b logvar_as_std": "log_var is log(sigma²). The sigma² of the formula has to be computed from it.",
    "2b logvar_as_var": "log_var is a logarithm already and may be 0 or negative.",
    "2b mean": "Take the sum over all elements of all images, not their mean.",
    "2b mu_not_squared": "Square mu.",
    "2b no_half": "Check the 1/2: it multiplies each of the four terms once.",
    "2b one_outside_sum": "Check the brackets: all four terms, with the 1, are inside the sum, and -1/2 multiplies the whole sum.",
    "2b paren": "Compare the four terms with the formula: their signs, the 1/2, the brackets.",
    "2b sign": "A sign is flipped. Compare the signs of the measured formula with those of the one asked for.",
    "2b sum_dim1": "Sum over all dimensions, down to one number (a 0-dim tensor).",
    "2b sum_then_mean": "Don't divide by the number of images N: the sum over the batch is asked for.",
    "2c beta": "Leave out the factor: nothing is weighted here.",
    "2c mean": "Don't divide by the number of images N: the sum over the batch is asked for.",
    "2c minus": "A sign is flipped. Compare the signs of the measured formula with those of the one asked for.",
    "2c neg": "A sign is flipped. Compare the signs of the measured formula with those of the one asked for.",
    "2c swapped_args": "Check the arguments you pass and their order.",
    "2c tuple": "Return one value, not several. A comma in the return line makes a tuple.",
    "3a cuda_hard": 'Instead of .cuda() or "cuda" use the argument device',
    "3a no_backward": "There is no gradient at step: backward is missing, or zero_grad is between backward and step.",
    "3a no_step": "optimizer.step() is not called, so no parameter changes.",
    "3a no_to_device": "Use images.to(device) for each batch.",
    "3a no_train_mode": "The model is in evaluation mode. Call model.train() first.",
    "3a no_zero_grad": "Gradients pile up. Call optimizer.zero_grad() for each batch, inside the loop.",
    "3a own_loss": "In training, compute the loss with the argument loss_function.",
    "3a per_batch": "You divided by the number of batches (3), not of images.",
    "3a return_in_loop": "It ended after the first batch. Is the return inside the for loop?",
    "3a scaled": "backward runs on 0.25 times the value of loss_function.",
    "3a shadow_loss": "loss has no value here: it is misspelt, set later or under another name",
    "3a tensor_total": "Add up numbers, not tensors: loss.item().",
    "3a total_name": "total is used before it has a value. Set it first (before a loop)",
    "3a x_not_tuple": "Unpack them: the loader yields (images, labels).",
    "3a zero_after_backward": "There is no gradient at step: backward is missing, or zero_grad is between backward and step.",
    "3a zero_grad_once": "Gradients pile up. Call optimizer.zero_grad() for each batch, inside the loop.",
    "3b forgot_loss_function": "The arguments given to train_epoch don't fit.",
    "3b hard_lr": "Pass lr=learning_rate to Adam.",
    "3b last_only": "You returned only one value. Collect the values of all epochs in a list.",
    "3b model_params_call": "You forgot the parentheses. Call the function with its arguments: f(...).",
    "3b model_to_unused": "First move the model with model.to(device), and pass the same device to train_epoch.",
    "3b no_lr": "Pass lr=learning_rate to Adam.",
    "3b no_return": "The function returns None.",
    "3b off_by_one": "No parameter changes. Make Adam and call train_epoch `epochs` times.",
    "3b opt_in_loop": "Make Adam once, outside the loop, and call train_epoch `epochs` times.",
    "3b sgd": "Use torch.optim.Adam instead of SGD.",
    "4a bernoulli": "Return the decoder's probabilities as they are. Don't turn them into 0 and 1.",
    "4a hard20": "needs 3 columns here, but gets the shape (5, 20). Use model.latent_dim",
    "4a hard64": "The first dimension is the number of images. It has to be the one asked for (count or steps).",
    "4a no_device": "Pass device= when you make it.",
    "4a no_grad_missing": "The result still carries gradients. Switch them off with torch.no_grad().",
    "4a no_reshape": "The decoder returns (K, 784). Reshape it to images, (K, 1, 28, 28).",
    "4a rand": "Draw a z for each image from the standard normal distribution N(0, I).",
    "4a same_code": "Draw a z for each image from the standard normal distribution N(0, I).",
    "4b arange_off": "This is a Python number (int). Only a tensor has .view.",
    "4b encode_tuple": "encode returns a pair: mu, log_var = model.encode(x)",
    "4b list": "Return one tensor, not a list (torch.cat, torch.stack).",
    "4b no_view_t": "In each dimension the sizes must be equal, or one of them 1.",
    "4b pixels": "Mix the codes mu, not the pixels, then decode.",
    "4b sampled": "no samples",
    "4b steps_plus1": "The first dimension is the number of images. It has to be the one asked for (count or steps).",
    "4b swapped": "Start and end are swapped: t = 0 belongs to x_start, t = 1 to x_end.",
    "4c blend_mult": "",
    "4c float_where": "Use known.bool().",
    "4c inplace_x": "You changed the argument x in place",
    "4c inverted": "You used known the wrong way round: 1 means known.",
    "4c known_not_kept": "Put the values of x back into the known pixels after each iteration.",
    "4c no_feedback": "encode the filled image, never x",
    "4c no_view": "In each dimension the sizes must be equal, or one of them 1.",
    "4c one_iter": "Repeat `iterations` times",
    "4c sampled": "The result is random. Don't sample: the code is the mean mu that encode returns.",
    "4c start_from_x": "Start with 0.5 in the unknown pixels",
    "4c zero_start": "You start with 0 in the unknown pixels. Start with 0.5.",
}


def test_each_mistake_is_told_its_own_cause(home, worker, vae):
    """The code of each mistake in a hand-out in which all else is right."""
    assert {f"{each['task']} {each['name']}" for each in MISTAKES} == {*CAUSES}
    wrong = {}
    for group in rounds():
        for name in STUBS:
            shutil.copy(SOLUTION / "vae" / name, vae)
        tasks = [home.tasks.BY_ID[mistake["task"]] for mistake in group]
        for task, mistake in zip(tasks, group, strict=True):
            put(vae, task, mistake["code"])
        for outcome, mistake in zip(worker.check(tasks), group, strict=True):
            name, failure = f"{mistake['task']} {mistake['name']}", outcome.failure
            said = failure.cause if failure else home.tasks.NO_WORDS
            if CAUSES[name] not in said.en or bool(failure) != bool(CAUSES[name]):
                wrong[name] = said.en
            assert not failure or (re.search("[가-힣]", said.ko) and not re.search("[가-힣]", said.en)), name
    assert wrong == {}


OWN_WORDS = [
    ("reparameterize", "input('sigma? ')", "Remove input()"),
    ("reparameterize", "return torch.ones(10**9, 10**9)", "too large for the memory"),
    ("reparameterize", "return mu.to('cuda')", "use the argument device"),
    ("reparameterize", "return mu + log_var.exp().item()", "a single element. Sum first."),
    ("reparameterize", "return torch.exp(0.5)", "a number or a list where a tensor is needed"),
    ("reparameterize", "return mu.new_zeros(3, device='mps')", "No GPU can be used here"),
    ("reparameterize", "std = torch.exp(std)", "std is used before it has a value"),
    ("reparameterize", "return mu + np.exp(0.5)", "does not import np"),
    ("interpolate", "return model.encode(x_start).mean()", "Unpack them: mu, log_var = model.encode(x)"),
    (
        "interpolate",
        "return model.decode(model.encode(x_start))",
        "Unpack them: mu, log_var = model.encode(x)",
    ),
    ("interpolate", "return 0.5 * model.encode(x_start)", "Unpack them: mu, log_var = model.encode(x)"),
    ("interpolate", "mu, log_var = model(x_start)", "Unpack them: mu, log_var = model.encode(x)"),
    ("restore", "if known == 1:\n        return x", "use torch.where"),
    ("restore", "x[known] = 0.5", "Use known.bool()"),
    ("restore", "x = x.append(known)", "Is the name after the dot misspelt?"),
]


@pytest.mark.parametrize(("function", "text", "said"), OWN_WORDS)
def test_a_common_error_has_words_of_its_own(home, worker, vae, function, text, said):
    stub_replaced(vae, function, text)
    [outcome] = worker.check(home.tasks.named(function))
    assert outcome.failure.kind == "error" and said in outcome.failure.cause.en


def test_of_two_definitions_the_last_counts_and_both_are_named(home, worker, vae):
    task, file = home.tasks.BY_ID["2b"], vae / "loss.py"
    right = (SOLUTION / "vae" / "loss.py").read_text(encoding="utf-8")
    wrong = "\n\ndef kl_divergence(mu, log_var):\n    return mu.sum()\n"
    file.write_text(right + wrong, encoding="utf-8")
    first, last = (number for number, line in enumerate(file.open(encoding="utf-8"), 1) if "def kl_" in line)
    [outcome] = worker.check([task])
    assert f"is on lines {first} and {last}. Python uses only the last one" in outcome.failure.cause.en
    assert "Compare the four terms" in outcome.failure.cause.en  # and what is wrong with that one
    file.write_text(right.replace("\n\ndef kl_", wrong + "\n\ndef kl_", 1), encoding="utf-8")
    [outcome] = worker.check([task])
    assert outcome.done
    stub = home.reset.original_of("loss.py")
    file.write_text(right + stub[stub.index("def kl_") : stub.index("def loss_f")], encoding="utf-8")
    failure = home.failure_in_text.problem(task)
    assert "defined twice" in failure.what.en and "uses only the last one" in failure.cause.en


@pytest.mark.parametrize("task", [task for stubs in STUBS.values() for task in stubs])
def test_a_renamed_function_is_recognised_by_its_parameters(home, vae, task):
    task = home.tasks.BY_ID[task]
    text = task.path.read_text(encoding="utf-8").replace(f"def {task.function}(", "def my_own(")
    task.path.write_text(f"{text}\n\ndef {task.function}s(a, b):\n    pass\n", encoding="utf-8")
    failure = home.failure_in_text.problem(task)
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "def my_own(" in line)
    assert f"You renamed it: my_own on line {line} has its parameters. Rename it to {task.function}" in (
        failure.cause.en
    )
    assert failure.line == line


# --- a reset takes no other task along ------------------------------------------------------------------

BROKEN = {  # the last line of the function, with its indentation -> what is there instead
    "an open bracket": "{0}return torch.exp(mu\n",
    "an open quote": "{0}print('mu)\n",
    "open triple quotes": '{0}"""open\n',
    "no colon": "{0}if True\n{0}    return 1\n",
    "lost indentation": "x = 1\n   return (\n",
    "a tab": "\treturn mu\n",
}


def _places(task, text):
    """The named function in a text that Python can read."""
    [node] = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.name == task.function
    ]
    return node


def _texts_without(task, text):
    """Every other function of a text."""
    return {
        node.name: ast.get_source_segment(text, node)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.name != task.function
    }


@pytest.mark.parametrize("task", [task for stubs in STUBS.values() for task in stubs])
def test_a_reset_takes_no_other_task_along(home, task):
    task = home.tasks.BY_ID[task]
    solved = (SOLUTION / "vae" / task.file).read_text(encoding="utf-8") + "\nCONSTANT = 1\n"
    node, lines = _places(task, solved), solved.splitlines(keepends=True)
    before, own, after = (
        "".join(lines[begin:end])
        for begin, end in [
            (0, node.lineno - 1),
            (node.lineno - 1, node.end_lineno - 1),
            (node.end_lineno, None),
        ]
    )
    last, indent = lines[node.end_lineno - 1], " " * (node.col_offset + 4)
    original = home.reset.original_of(task.file)
    stub = ast.get_source_segment(original, _places(task, original))
    spoilt = {name: before + own + text.format(indent) + after for name, text in BROKEN.items()}
    spoilt |= {
        "deleted": before + after,
        "renamed": solved.replace(f"def {task.function}(", "def my_own("),
        "a def out of line": f"{before} {own}{last}{after}",
        "a def that is not closed": before + own.replace(":\n", "\n", 1).replace(")", "", 1) + last + after,
        "Windows": solved.replace("\n", "\r\n"),
        "right": solved,
    }
    for name, text in spoilt.items():
        restored = home.reset.restored(task, text, original)
        assert restored is not None, name
        assert ("\r\n" in text) == ("\r\n" in restored)
        restored = restored.replace("\r\n", "\n")
        assert stub in restored and "CONSTANT" in restored, name
        kept = _texts_without(task, restored)  # Python can read it again
        assert _texts_without(task, solved).items() <= kept.items(), name
    broken = solved + "\n\ndef broken(:\n    pass\n"  # elsewhere: that stays as it is
    assert stub in home.reset.restored(task, broken, original)
    assert "def broken(:" in home.reset.restored(task, broken, original)


def test_a_reset_of_a_whole_file_says_so_and_is_asked_for_by_a_task(home, vae):
    (vae / "loss.py").write_text('{"cells": [], "nbformat": 4}', encoding="utf-8")
    result = run(home.folder, "vae", "reset", "2b")  # standard input has ended
    assert result.returncode == 1 and "Your code for its other tasks goes, too" in result.stdout
    failure = home.failure_in_text.unreadable(vae / "loss.py")
    assert "python -m vae reset 2a" in failure.cause.en and "reset vae" not in str(failure)


# --- the first hint belongs to what went wrong ----------------------------------------------------------


def test_the_first_hint_belongs_to_what_went_wrong(home, worker, vae):
    task, hints = home.tasks.BY_ID["2b"], home.hints
    for code, order in [
        ("return -torch.sum(1 + log_var - mu.pow(2) - log_var.exp())", [1, 0, 2]),
        ("return -0.5 * torch.mean(1 + log_var - mu.pow(2) - log_var.exp())", [2, 0, 1]),
        ("return -0.5 * torch.sum(1 + log_var - mu.pow(2) - (2 * log_var).exp())", [0, 1, 2]),
        ("raise NotImplementedError('Task 2b: kl_divergence is not written yet.')", [0, 1, 2]),
    ]:
        shutil.copy(SOLUTION / "vae" / "loss.py", vae)
        put(vae, task, f"    {code}\n")
        [outcome] = worker.check([task])
        hints.forget(task)
        shown = [hints.next_hint(task, outcome.failure) for _ in range(4)]
        assert [number for number, _ in shown] == [1, 2, 3, 3] and hints.given(task) == order
        assert [words for _, words in shown] == [hints.HINTS["2b"][place] for place in [*order, order[-1]]]
    hints.forget(task)
    put(vae, task, "    return -torch.sum(1 + log_var - mu.pow(2) - log_var.exp())\n")
    result = run(home.folder, "vae", "hint", "2b")
    assert "hint 1 of 3" in result.stdout and "If it is twice as large" in " ".join(result.stdout.split())
    hints.forget(task)


def test_each_hint_says_what_it_answers(home):
    for task, hints in home.hints.HINTS.items():
        answers = home.hints.ANSWERS[task]
        assert len(answers) == len(hints) and all(re.compile(answer) and answer for answer in answers)


def test_the_outline_of_4c_works_with_a_float_mask(home):
    for hint in home.hints.HINTS["4c"]:
        assert "where(known," not in hint.en and "where(known," not in hint.ko
    assert "known.bool()" in home.hints.HINTS["4c"][2].en
