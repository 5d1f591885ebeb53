"""The hidden checks as pytest's items: collected once for a process, run again for each submission."""

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
UNUSED_PLUGINS = (  # of pytest's own; each costs every submission a little, and capture ends with pytest.main
    "cacheprovider capture terminal faulthandler logging unraisableexception threadexception doctest junitxml skipping "
    "setuponly setupplan stepwise pastebin debugging tmpdir monkeypatch recwarn unittest legacypath"
).split()
PYTEST_ARGUMENTS = (  # a tuple, because pytest adds to a list that it is given
    str(CHECKS),
    *("-c", str(CHECKS / "pytest.ini")),  # no --rootdir: it would take a dollar sign for a variable
    *(f"-pno:{name}" for name in UNUSED_PLUGINS),
    "--collect-only",
)
# In sys: pytest leaves a check's frames there.
LAST_FAILURE = "last_exc last_type last_value last_traceback".split()
PYTEST_VARIABLES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")


@cache
def collected() -> Plugin:
    """The checks of this process, with the plugin that serves them. Raises RuntimeError where pytest finds none."""
    plugin = Plugin()
    with contextlib.redirect_stdout(io.StringIO()) as output, plain_pytest():
        code = pytest.main(list(PYTEST_ARGUMENTS), plugins=[plugin])
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"pytest ended with {code!r}: {output.getvalue()[-500:]}")
    return plugin


def run_checks(
    submission: Submission, run: Run, warm_parent: WarmParent, after_file: AfterFile = lambda _: None
) -> Checked:
    """Run every check, in this process: it only ever sees data from the student's.

    ``after_file`` gets the records so far after each file of checks. Whatever pytest itself raises leaves its items
    half torn down; they are collected anew the next time.
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
    """Pytest as it comes: the instructor's own options and installed plugins (a random order, say) stay out."""
    before = {name: os.environ.pop(name, None) for name in PYTEST_VARIABLES}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name in PYTEST_VARIABLES:
            os.environ.pop(name, None)
        os.environ.update({name: value for name, value in before.items() if value is not None})
