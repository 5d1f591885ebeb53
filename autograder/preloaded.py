"""Imported by the server that workers are forked from: does once what each worker would otherwise repeat."""

from contextlib import suppress

with suppress(Exception):  # a worker that needs it meets the same error and reports it
    import autograder.control  # noqa: F401
    from autograder import kit
    from autograder.homework import homework

    checks = (path.stem for path in (kit.folder() / "checks").glob("test_*.py"))
    for name in ("checks.control", *(f"checks.{each}" for each in checks)):
        kit.module(name)
    for name in ("pages.drawn", *(f"measure.{stub}" for stub in homework().stubs)):
        kit.optional(name)
