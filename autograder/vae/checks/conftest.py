"""The fixtures of these checks: the engine's submissions with the VAE's methods, and what is drawn for the run."""

from __future__ import annotations

import pytest

from autograder.checks.remote import RemoteSubmission
from autograder.run import Run
from autograder.vae.checks import short_run
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.submission import VaeSubmission


@pytest.fixture
def submission(submission: RemoteSubmission) -> VaeSubmission:
    return VaeSubmission(submission)


@pytest.fixture
def short_run_submission(whole_submission: RemoteSubmission) -> VaeSubmission:
    return VaeSubmission(whole_submission)


@pytest.fixture
def short_run_task(run: Run) -> short_run.ShortRunTask:
    return short_run.task(run)


@pytest.fixture
def draw(run: Run) -> Draw:
    return Draw.of(run)
