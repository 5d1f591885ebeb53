"""The hidden checks as pytest items: collected once per process, run again for each submission."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest

from autograder import kit
from autograder.checks.attempt import Attempt, Checked, check_id
from autograder.checks.plugin import Plugin
from autograder.intake import Submission
from autograder.results import Check
from autograder.run import Run
from autograder.sandbox.client import WarmParent

AfterFile = Callable[[Mapping[str, Check]], None]

CHECKS = kit.folder() / "checks"
# Pytest's own. Each costs every submission a little, and capture ends with pytest.main.
UNUSED_PLUGINS = (
    "cacheprovider capture terminal faulthandler logging unraisableexception threadexception doctest junitxml skipping "
    "setuponly setupplan stepwise pastebin debugging tmpdir monkeypatch recwarn unittest legacypath"
).split()
# A tuple, because pytest adds to a list that it is given.
PYTEST_ARGUMENTS = (
    str(CHECKS),
    *("-c", str(CHECKS / "pytest.ini")),  # not --rootdir, which reads a dollar sign as a variable
    *(f"-pno:{name}" for name in UNUSED_PLUGINS),
    "--collect-only",
)
# Names in sys under which pytest leaves a check's frames.
LAST_FAILURE = "last_exc last_type last_value last_traceback".split()
PYTEST_VARIABLES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")


@cache
def collected() -> Plugin:
    """The checks of this process, with the plugin that serves them. Raises RuntimeError if pytest can't collect them."""
    plugin = Plugin()
    with contextlib.redirect_stdout(io.StringIO()) as output, plain_pytest():
        code = pytest.main(list(PYTEST_ARGUMENTS), plugins=[plugin])
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"pytest ended with {code!r}: {output.getvalue()[-500:]}")
    return plugin


def run_checks(
    submission: Submission, run: Run, warm_parent: WarmParent, after_file: AfterFile = lambda _: None
) -> Checked:
    """Run every check in this process, which only ever sees data from the student's process.

    ``after_file`` gets the records so far after each file of checks. If pytest itself raises, its items are left
    half torn down, so the next call collects them again.
    """
    plugin, attempt = collected(), Attempt(submission, run, warm_parent)
    try:
        with plugin.serving(attempt):
            for item, following in zip(plugin.items, [*plugin.items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if following is None or following.path != item.path:
                    after_file(dict(attempt.checks))
    except BaseException:
        collected.cache_clear()
        raise
    finally:
        attempt.close()
        for name in LAST_FAILURE:
            vars(sys).pop(name, None)
    return attempt.brought(tuple(check_id(item) for item in plugin.items))


@contextlib.contextmanager
def plain_pytest() -> Iterator[None]:
    """Keep the instructor's own pytest options and installed plugins (a random order, say) out."""
    before = {name: os.environ.pop(name, None) for name in PYTEST_VARIABLES}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name in PYTEST_VARIABLES:
            os.environ.pop(name, None)
        os.environ.update({name: value for name, value in before.items() if value is not None})
