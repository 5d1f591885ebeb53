"""Imported by the server that workers are forked from: what each of them would otherwise do for itself."""

from contextlib import suppress

with suppress(Exception):  # a worker that needs it finds the same, and says so
    import autograder.checks.noise  # for its scipy
    import autograder.control  # noqa: F401
    from autograder.checks.diagnosis import recall

    recall()
