"""Imported by the server that workers are forked from: what each of them would otherwise do for itself."""

from contextlib import suppress

with suppress(Exception):  # a worker that needs it finds the same, and says so
    import autograder.control  # noqa: F401
    from autograder import kit
    from autograder.checks.diagnosis import recall

    checks = (path.stem for path in (kit.folder() / "checks").glob("test_*.py"))
    for name in ("checks.control", "checks.questions", *(f"checks.{each}" for each in checks)):
        kit.module(name)
    kit.optional("pages.drawn")
    recall()
