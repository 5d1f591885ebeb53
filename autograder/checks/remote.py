"""The fixture ``submission``: one part of a submission, in a sealed process of its own.

It is started when first asked, so that a part whose checks are all answered costs nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from autograder import kit
from autograder.checks.expect import Failed
from autograder.checks.inputs import student_seed
from autograder.intake import Submission
from autograder.messages import Message
from autograder.sandbox import standins
from autograder.sandbox.client import Crashed, StudentRaised, TimeLimit, WarmParent
from autograder.sandbox.conversation import Student
from autograder.settings import FILES, Settings

SHORT_RUN = "short_run"
T = TypeVar("T")


class Missing(Exception):
    """A file of this part was not handed in, or could not be used; ``reason`` says why."""

    def __init__(self, file: str, reason: Message) -> None:
        super().__init__(file, reason)
        self.file, self.reason = file, reason


class Ended(Exception):
    """The part's process is gone since an earlier check; ``cause`` is that check's exception."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(cause)
        self.cause = cause


@cache
def _given_files() -> Mapping[str, str]:
    """Given files from the kit and stand-ins, by name; a student's copy of a given file is never used."""
    given = {
        path.name: path for path in (kit.HANDOUT / "vae").glob("*.py") if path.name not in FILES.values()
    }
    stand_ins = {name: standins.FOLDER / name for name in FILES.values()}
    return {name: path.read_bytes().decode("latin-1") for name, path in {**given, **stand_ins}.items()}


def package_files(part: str, own: Mapping[str, bytes]) -> dict[str, str]:
    """The package ``vae`` for one part: given files and stand-ins, and the student's ``own`` over them."""
    files = {**_given_files(), **{name: source.decode("latin-1") for name, source in own.items()}}
    if part == "latent":
        files["model.py"] += "\n\nVAE.really_samples = True\n"
    return files


# What an answer must hold, for checks to look at it; ``object`` may be anything.
ANSWER: Mapping[str, type] = {"value": object, "gradients": dict, "after": dict}
TRAINED: Mapping[str, type] = {"value": object, "state": dict}


def well_formed(answer: Any, form: Mapping[str, type]) -> dict[str, Any]:
    """The answer, if it is one: the student's process could have sent any data in its place."""
    if isinstance(answer, dict) and all(isinstance(answer.get(key), kind) for key, kind in form.items()):
        return answer
    raise Crashed("garbled")


class RemoteSubmission:
    """One part of a submission as the checks see it. Every method may raise what ``Student.ask`` raises."""

    def __init__(
        self, submission: Submission, part: str, warm_parent: WarmParent, settings: Settings, seed: int
    ) -> None:
        self.part = part
        self.called = ""
        self._submission, self._warm_parent, self._settings, self._seed = (
            submission,
            warm_parent,
            settings,
            seed,
        )
        self._student: Student | None = None
        self._end: Exception | None = None
        self._answers: dict[str, Any] = {}

    def reparameterize(self, called: str, **arguments: Any) -> list[dict[str, Any]]:
        """Answers of one or more calls of VAE.reparameterize: value, gradients, arguments afterwards."""
        answers = self._ask("reparameterize", called, arguments)
        if not isinstance(answers, list) or len(answers) != arguments.get("calls", 1):
            raise Crashed("garbled")
        return [well_formed(answer, ANSWER) for answer in answers]

    def loss(self, called: str, function: str, **arguments: Any) -> dict[str, Any]:
        """The answer of one call of a function of vae.loss."""
        return self._answer("loss", called, {"function": function, **arguments})

    def latent(
        self, called: str, function: str, model: Mapping[str, Any], **arguments: Any
    ) -> dict[str, Any]:
        """The answer of one call of a function of vae.latent."""
        return self._answer("latent", called, {"function": function, "model": model, "arguments": arguments})

    def train_epoch(self, called: str, **arguments: Any) -> dict[str, Any]:
        """What train_epoch returned, the parameters and the images afterwards."""
        return self._answer("train_epoch", called, arguments, {**TRAINED, "images": object})

    def train(self, called: str, **arguments: Any) -> dict[str, Any]:
        """What train returned, and the parameters afterwards."""
        return self._answer("train", called, arguments, TRAINED)

    def untrained(self, called: str, **arguments: Any) -> dict[str, Any]:
        """What the network makes of images before training: mu, log_var, decoded mu; empty if its layers differ."""
        seen: dict[str, Any] = self._answer("untrained", called, arguments, {"seen": dict})["seen"]
        return seen

    def device(self, probe: str, called: str, **arguments: Any) -> None:
        """Raise Failed where a function mixes devices."""
        seen = self._answer(f"{probe}_device", called, arguments, {"mixed": bool})
        if seen.get("mixed") is not False:
            raise Failed("check.devices_mixed", called=called)
        if seen.get("moved", True) is not True:
            raise Failed("check.model_not_moved", called=called)

    def once(self, called: str, ask: Callable[[], T]) -> T:
        """The answer of a call that several checks look at: it is made once, again only if it failed."""
        self.called = called
        if called not in self._answers:
            self._answers[called] = ask()
        answer: T = self._answers[called]
        return answer

    def ask(self, probe: str, arguments: Mapping[str, Any]) -> Any:
        """Any probe; what comes back may be anything."""
        return self._ask(probe, probe, arguments)

    def _answer(
        self, probe: str, called: str, arguments: Mapping[str, Any], form: Mapping[str, type] = ANSWER
    ) -> dict[str, Any]:
        return well_formed(self._ask(probe, called, arguments), form)

    def _ask(self, probe: str, called: str, arguments: Mapping[str, Any]) -> Any:
        if self._end is not None:
            raise Ended(self._end)
        try:
            if self._student is None:
                self.called = "import vae." + ", vae.".join(self._modules())
                self._student = self._load()
            self.called = called
            return self._student.ask(probe, **arguments)
        except (TimeLimit, Crashed, Missing) as end:
            self._end = end
            raise
        except StudentRaised as raised:
            if self.called != called:
                self._end = raised
            raise

    def _modules(self) -> list[str]:
        parts = FILES if self.part == SHORT_RUN else [self.part]
        return [FILES[part].removesuffix(".py") for part in parts]

    def _load(self) -> Student:
        own = [f"{module}.py" for module in self._modules()]
        for name in own:
            if name not in self._submission.files:
                raise Missing(name, self._submission.problems[name])
        settings, short = self._settings, self.part == SHORT_RUN
        files = package_files(self.part, {name: self._submission.files[name] for name in own})
        student = self._warm_parent.student(
            settings.limits(short),
            settings.short_run_wall_seconds if short else settings.wall_seconds,
            student_seed(self._seed, self.part),
        )
        try:
            student.ask("load", files=files, modules=self._modules())
        except BaseException:
            student.close()
            raise
        return student

    @property
    def stopped(self) -> bool:
        """Whether the part's process ran into a limit or vanished."""
        return isinstance(self._end, (TimeLimit, Crashed))

    def close(self) -> None:
        if self._student is not None:
            self._student.close()
