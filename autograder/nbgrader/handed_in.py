"""The exporter through which nbgrader's autograde reads notebooks: it grades the class, then repairs each notebook.

A class is graded as ``autograder grade`` does it, in the folder ``graded/ASSIGNMENT`` of the course: with one warm
parent, several students at a time, and results that are kept for the next run.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, NbGraderException
from traitlets import Enum, Integer, TraitError, validate
from traitlets import Unicode as Text

from autograder import classroom, misfits
from autograder.commands.terminal import progress
from autograder.homework import Homework, homework
from autograder.intake import Origin, Source, tree
from autograder.intake.gather import stamped
from autograder.intake.tree import HandedFile, NotRead, open_regular, read
from autograder.messages import LANGUAGES, Message, Refusal
from autograder.nbgrader.amended import literal
from autograder.nbgrader.cells import changed, counted, late_penalty
from autograder.nbgrader.collector import NOTEBOOK_BYTES, notebook
from autograder.nbgrader.course import collected, due
from autograder.nbgrader.notebook import Notebook, mended, note
from autograder.outfolder import Busy
from autograder.results import Result
from autograder.sandbox.ends import SandboxFault
from autograder.workers import CORES


class HandedIn(NotebookExporter):
    """Gives nbgrader a complete notebook for every student, and gives the test cells each student's result."""

    language = Enum(LANGUAGES, "ko", help="Language of the feedback.").tag(config=True)
    dataset = Text("", help="Images of the short run; the homework's first unless set.").tag(config=True)
    data_root = Text("", help="Folder that holds the data.").tag(config=True)
    jobs = Integer(CORES, help="Students to grade at a time.").tag(config=True)

    @validate("dataset")
    def _known_dataset(self, proposal: Any) -> str:
        try:
            return homework().dataset(proposal["value"])
        except ValueError as error:
            raise TraitError(f"dataset: {error}") from None

    def __init__(self, config: Any = None, **keywords: Any) -> None:
        super().__init__(config=config, **keywords)
        if isinstance(self.parent, Autograde):  # not when nbgrader only asks for its options
            self._course = self.parent.coursedir
            try:
                misfits.refuse()
                self._released = self._read_released()
                self._results = self._grade_class()
                self._have_converted(self.parent)
                self._expected = set(chain(*self.parent.assignments.values()))
            except Refusal as error:
                self._stop(error.message)
            except (SandboxFault, OSError) as error:
                self._stop(Message("cli.grader_fault", {"fault": str(error)[:500]}))

    def result(self, student: str) -> Result:
        """The student's result. It has a score: nbgrader passes over students without one."""
        return self._results[student]

    def from_filename(self, filename: str, resources: Any = None, **keywords: Any) -> Any:
        """The converted notebook. What was handed in is repaired first; what nbgrader wrote is read as it is."""
        student = resources["nbgrader"]["student"]
        if filename not in self._expected:
            return super().from_filename(filename, resources, **keywords)
        content, found = _content(Path(filename), list(self._released))
        answers, notes = mended(self._released[Path(filename).name], content)
        texts = [message.text(self.language) for message in (*found, *notes, *self._remarks(student))]
        texts += [changed(each, self.language) for each in self.result(student).adjustments]
        for text in texts:
            self.log.warning("%s: %s", student, text)
        if texts:
            answers.cells.insert(0, note(texts))
        return self.from_notebook_node(answers, resources, **keywords)

    def _remarks(self, student: str) -> tuple[Message, ...]:
        result = self.result(student)
        status = (Message(f"report.status_text.{result.status}"),) if result.status != "graded" else ()
        return (*status, *result.notes)

    def _read_released(self) -> dict[str, Notebook]:
        """The released notebooks by name. Stops if there are none."""
        place = self._course.format_path(self._course.release_directory, ".", self._course.assignment_id)
        released = {path.name: nbformat.read(path, as_version=4) for path in Path(place).glob("*.ipynb")}
        if not released:
            self._stop(Message("nbgrader.not_released", {"path": place}))
        return released

    def _grade_class(self) -> dict[str, Result]:
        """The results of the students whom nbgrader was asked for."""
        asked = self._students(self._course.student_id)
        everyone = self._students("*")
        origins = collected(self._course)
        sources = {name: _source(name, Path(folder), origins) for name, folder in everyone.items()}
        out = Path(self._course.root) / "graded" / self._course.assignment_id
        out.mkdir(parents=True, exist_ok=True)
        order = classroom.Asked(
            sources=sorted(sources.values(), key=lambda source: source.name),
            out=out,
            only=frozenset(sources[name].name for name in asked),
            dataset=homework().dataset(self.dataset),
            data_root=Path(self.data_root) if self.data_root else None,
            language=self.language,
            jobs=self.jobs,
            homework=self._homework(),
        )
        with progress(len(asked), self.language) as advance:
            done = _in_turn(lambda: classroom.grade_class(order, lambda result: advance()))
        graded = {result.submission: result for result in done.results}
        return {name: graded[sources[name].name] for name in asked}

    def _homework(self) -> Homework:
        """The homework in use, with nbgrader's due date if it has none of its own."""
        noted = due(self._course)
        if homework().late_due or noted is None:
            return homework()
        return replace(homework(), late_due=noted.astimezone().isoformat())

    def _have_converted(self, autograde: Autograde) -> None:
        """Tell nbgrader whose notebooks to convert.

        These include students who handed in none, whom it would pass over, and, even without ``--force``, students
        whose points have changed. If the grader failed for a student, all stays as it is.
        """
        failed = [name for name, result in self._results.items() if result.score is None]
        for name, folder in self._students(self._course.student_id).items():
            if name in failed:
                autograde.assignments.pop(folder, None)
                continue
            autograde.assignments[folder] = [os.path.join(folder, notebook) for notebook in self._released]
            if self._outdated(name):
                step, assignment = self._course.autograded_directory, self._course.assignment_id
                shutil.rmtree(self._course.format_path(step, name, assignment), ignore_errors=True)
        if failed:
            convert = autograde.convert_notebooks

            def convert_others() -> None:
                convert()
                self._stop_because_of(failed)

            autograde.convert_notebooks = convert_others

    def _outdated(self, student: str) -> bool:
        """Whether the gradebook's points differ from the result's, perhaps because a person has changed them."""
        with Gradebook(self._course.db_url, self._course.course_id) as book:
            try:
                held = book.find_submission(self._course.assignment_id, student)
                points, penalty = held.code_score, held.late_submission_penalty or 0.0
            except MissingEntry:  # nobody has autograded this student yet
                return False
        result = self._results[student]
        return max(abs(points - sum(counted(result).values())), abs(penalty - late_penalty(result))) > 1e-6

    def _stop_because_of(self, failed: list[str]) -> None:
        for name in failed:
            for message in self._remarks(name):
                self.log.error("%s: %s", name, message.text(self.language))
        self._stop(Message("nbgrader.some_failed", {"students": ", ".join(failed)}))

    def _students(self, asked: str) -> dict[str, str]:
        """The folders of the students in submitted/ whom ``asked`` names, by student."""
        step, assignment = self._course.submitted_directory, self._course.assignment_id
        place = Path(self._course.format_path(step, "*", assignment)).parts.index("*")
        found = literal(self._course.format_path(step, asked, assignment))
        return {Path(folder).parts[place]: folder for folder in found if os.path.isdir(folder)}

    def _stop(self, message: Message) -> None:
        for language in LANGUAGES:
            self.log.error(message.text(language))
        raise NbGraderException(message.text("en"))


def _content(path: Path, released: list[str]) -> tuple[bytes | Message | None, list[Message]]:
    """What was handed in as a notebook: its bytes, why it can't be read, or None; and messages about the choice.

    It is also found under a name that a browser gave it: lab (1).ipynb.
    """
    entry: HandedFile | None = HandedFile((path.name,), partial(open_regular, path))
    said: list[Message] = []
    if not os.path.lexists(path):
        entry, said = notebook(tree.folder(path.parent).entries, path.name, released)
    try:
        return (read(entry, NOTEBOOK_BYTES) if entry else None), said
    except NotRead as refused:
        return Message(
            f"nbgrader.notebook_{'too_big' if refused.reason == 'too_big' else 'unreadable'}"
        ), said
    except OSError:
        return None, said


def _source(student: str, folder: Path, origins: Mapping[str, Origin]) -> Source:
    """A hand-in, with the time it came and what the LMS said about it when it was collected."""
    name, (time, notes) = _printable(student), stamped(folder)
    origin = origins.get(student, Origin("nbgrader", (name,)))
    return Source(name, folder, notes=notes, origin=replace(origin, submitted=time))


def _printable(student: str) -> str:
    return os.fsencode(student).decode("utf-8", "replace")


def _in_turn(work: Callable[[], classroom.Done]) -> classroom.Done:
    """Do work that needs the folder of results. If several nbgraders were started at once, each gets its turn."""
    while True:
        try:
            return work()
        except Busy:
            time.sleep(0.5)
