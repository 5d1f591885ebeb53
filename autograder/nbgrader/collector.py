"""An LMS download -> ``submitted/``: what ``autograder grade`` would read from each student, and the notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from autograder.files import safe_name
from autograder.homework import homework
from autograder.intake import Source, find
from autograder.intake.gather import TIMESTAMP
from autograder.intake.lms import Origin
from autograder.intake.load import contents, submission, telling
from autograder.intake.tree import HandedFile, NotRead, open_regular, read
from autograder.messages import Message, Refusal
from autograder.moment import moment
from autograder.nbgrader.course import due, remember

NOTEBOOK_BYTES = 100_000_000


class HandInCollector(FileNameCollectorPlugin, ExtractorPlugin):
    """For ``nbgrader zip_collect``: it takes what ``autograder grade`` takes, put into ``downloaded/ASSIGNMENT/archive``.

    It also unpacks: into a folder for each student, which gets only what counts.
    """

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        if self.parent is not None:
            self.parent.extractor_plugin_inst = self
            self.log.addFilter(lambda record: not str(record.msg).startswith("Directory not found. Creating"))

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """The ``student_id`` and the ``file_id`` of a file that ``extract`` wrote; None for any other file."""
        extracted = self.parent._format_collect_path(self.parent.extracted_directory)
        student, *inside = Path(submitted_file).relative_to(extracted).parts
        return {"student_id": student, "file_id": "/".join(inside)} if inside else None

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Sort a download by student. A student who can't be collected is named and stops nobody else."""
        try:
            found = find(Path(archive_path))
            if any(source.path == Path(archive_path).resolve() and not source.members for source in found):
                raise Refusal(Message("nbgrader.no_student", {"path": archive_path}))
        except Refusal as refusal:
            self.parent.fail(self._said(refusal.message))
        for message in found.passed_over:
            self.log.warning(self._said(message))
        names: list[str] = []
        origins: dict[str, Origin] = {}
        for source in found:
            names.append(safe_name(source.name, names))
            origins[names[-1]] = source.origin
            for text in dict.fromkeys(
                map(self._said, self._lay_down(source, Path(extracted_path, names[-1])))
            ):
                self.log.warning("%s: %s", names[-1], text)
        remember(self.parent.coursedir, origins)

    def _lay_down(self, source: Source, folder: Path) -> list[Message]:
        """Write a student's files, and return what there is to know about them."""
        files: dict[str, bytes] = {}
        told: list[Message] = []
        try:
            with ExitStack() as stack:
                self._choose(source, stack, files, told)
        except OSError as error:
            told.append(_lost(error))
        if not files.keys() - {TIMESTAMP}:  # nbgrader collects files: without one the student would be lost
            files["collected.txt"] = "\n".join(map(self._said, told)).encode()
        for place, content in files.items():
            try:
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                (folder / place).write_bytes(content)
            except OSError as error:
                told.append(_lost(error))
        return told

    def _choose(self, source: Source, stack: ExitStack, files: dict[str, bytes], told: list[Message]) -> None:
        """Add the files that count, those that show why one does not count, and what there is to know about them."""
        tree = contents(source, stack, NOTEBOOK_BYTES)
        code = tuple(entry for entry in tree.entries if not entry.key.endswith(".ipynb"))
        # Without the notebooks, which it would report as wrong hand-ins.
        taken = submission(source, replace(tree, entries=code))
        told += [*taken.notes, *taken.problems.values()]
        files |= {f"{homework().package}/{name}": content for name, content in taken.files.items()}
        more = [("/".join(each.parts), each) for name in taken.problems for each in telling(name, tree)]
        if not tree.entries and source.path.is_file():  # a zip that can't be opened
            more = [(source.path.name, HandedFile((source.path.name,), lambda: open_regular(source.path)))]
        course = self.parent.coursedir
        released = Path(course.format_path(course.release_directory, ".", course.assignment_id))
        names = sorted(path.name for path in released.glob("*.ipynb")) or ["lab.ipynb"]
        for name in names:
            entry, remarks = notebook(tree.entries, name, names)
            more += [(name, entry)] if entry else []
            told += remarks
        for place, entry in more:
            try:
                files.setdefault(place, read(entry, NOTEBOOK_BYTES))
            except NotRead as refused:
                told.append(refused.message(entry.shown))
        time = self._time(source)
        if time is None and source.origin.late:
            time = datetime.now()
            with suppress(ValueError, TypeError):
                time = datetime(*max(entry.changed for entry in tree.entries))  # type: ignore[arg-type]
            told.append(Message("nbgrader.late_unknown", {"time": f"{time:%Y-%m-%d %H:%M}"}))
        if time is not None:
            files[TIMESTAMP] = f"{time.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} UTC\n".encode()

    def _time(self, source: Source) -> datetime | None:
        """When it was handed in. If the LMS only says that it was late: the first second after it was due."""
        ours = moment(homework().late_due)
        if (time := source.origin.submitted) is not None:
            return time if time.tzinfo or ours is None else time.replace(tzinfo=ours.tzinfo)
        end = ours or self._due
        return end + timedelta(seconds=1) if source.origin.late and end is not None else None

    @cached_property
    def _due(self) -> datetime | None:
        return due(self.parent.coursedir)

    def _said(self, message: Message) -> str:
        return message.text(str(self.config.get("HandedIn", {}).get("language", "en")))


def notebook(
    entries: Iterable[HandedFile], name: str, released: Sequence[str]
) -> tuple[HandedFile | None, list[Message]]:
    """What was handed in for a released notebook, and messages that name the choice.

    It is a notebook of that name or, if there is none, one that has no released notebook's name. The newest counts.
    """
    found = [entry for entry in entries if entry.key.endswith(".ipynb")]
    named = [entry for entry in found if entry.key == name.casefold()]
    likely = named or [entry for entry in found if entry.key not in map(str.casefold, released)]
    if not likely:
        return None, []
    entry = max(likely, key=lambda each: (each.order, -each.layer, each.changed, -len(each.parts)))
    several = len({each.upload for each in likely}) > 1  # each upload may hold the same path
    shown = {each: f"{each.upload}: {each.shown}" if several else each.shown for each in likely}
    said = [] if named else [Message("nbgrader.other_notebook", {"file": name, "path": shown[entry]})]
    if len(likely) > 1:
        others = ", ".join(shown[each] for each in likely if each != entry)
        values = {"file": name, "path": shown[entry], "others": others}
        said.append(Message("nbgrader.several_notebooks", values))
    return entry, said


def _lost(error: OSError) -> Message:
    return Message("nbgrader.not_collected", {"fault": f"{error.strerror} {error.filename or ''}"})
