"""What the checks share: stand-in models, the same random numbers in each run, and failures in words."""

import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the hand-out's folder, which holds `vae`
from alone import StandIn

from vae.desk import definition, failure_in_run, measuring


@pytest.fixture(autouse=True)
def seed():
    """Use the same random numbers in every run, so that a check does not pass today and fail tomorrow."""
    torch.manual_seed(0)


@pytest.fixture
def quiet_model():
    """A model without noise: what training does to it can be computed beforehand."""
    return StandIn(noise=0.0)


@pytest.fixture
def noisy_model():
    """A model with noise: it reveals code that samples where it should not."""
    return StandIn(noise=1.0)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(collector):
    """Lend a student's file streams of its own while it is imported: it may detach or wrap them."""
    with redirect_stdout(TextIOWrapper(BytesIO())), redirect_stderr(TextIOWrapper(BytesIO())):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let a failed check say what was called, returned and expected, and where to edit, without a traceback."""
    report = yield
    report.task = next((mark.name[4:] for mark in item.iter_markers() if mark.name.startswith("task")), "")
    if report.failed:
        failure = failure_in_run.describe(call.excinfo.value, report.task, item.function.__doc__ or "")
        failure = replace(failure, printed="\n".join(report.capstdout.splitlines()[-8:]))
        failure = measuring.completed(definition.with_all_lines(failure))
        report.failure, report.longrepr = failure.as_dict(), str(failure)
    return report


def pytest_exception_interact(node, call, report):
    """Say why a file of checks can't be collected: a student's file can't be imported."""
    if isinstance(report, pytest.CollectReport):
        error = call.excinfo.value
        failure = failure_in_run.describe(error.__cause__ or error)
        report.failure, report.longrepr = failure.as_dict(), str(failure)
