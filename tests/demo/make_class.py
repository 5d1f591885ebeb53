"""Build the sample class: ten hand-ins like real ones, made from the solution, the skeleton and small edits.

``python tests/demo/make_class.py OUT`` writes OUT/NAME/ or OUT/NAME.zip for each. No answers are stored here:
everything but the edits below is read from solution/vae or assignment/vae when the class is built.
"""

import shutil
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FILES = ("model.py", "loss.py", "training.py", "latent.py")
ZIP_DATE = (2026, 3, 20, 23, 58, 0)  # fixed, so that the same class gives the same bytes


class Edit(NamedTuple):
    """One change to one file: ``old``, which must occur exactly once, becomes ``new``."""

    file: str
    old: str
    new: str


class Student(NamedTuple):
    """One hand-in and what grading must find, whatever the seed; points in the order of grades.csv."""

    name: str
    what: str
    status: str
    reparameterize: float
    loss: float
    training: float
    latent: float
    edits: tuple[Edit, ...] = ()
    written_on: str = "solution"
    folder: str = "vae"
    as_zip: bool = False


# fmt: off
STD = Edit("model.py", "torch.exp(0.5 * log_var)", "torch.exp(log_var)")
NO_HALF = Edit("loss.py", "return 0.5 * torch.sum(", "return torch.sum(")
BCE_MEAN = Edit("loss.py", ', reduction="sum")', ")")
TORCH_NORMAL = Edit("model.py", "return mu + std * epsilon", "return torch.normal(mu, std)")
NO_ZERO_GRAD = Edit("training.py", "        optimizer.zero_grad(set_to_none=True)\n", "")
OVERWRITTEN = Edit("latent.py", "torch.where(is_known, x, model.decode(mu).view_as(x))",
                   "model.decode(mu).view_as(x)")
ITERTOOLS = Edit("training.py", "import torch\n", "import itertools\n\nimport torch\n")
ENDLESS = Edit("training.py", "in loader:", "in itertools.cycle(loader):")
OS = Edit("latent.py", "import torch\n", "import os\n\nimport torch\n")
GIVES_UP = Edit("latent.py", "    with torch.no_grad():\n        z =",
                "    if count != 64:\n        os._exit(1)\n    with torch.no_grad():\n        z =")
NO_COLON = Edit("loss.py", "(mu: Tensor, log_var: Tensor) -> Tensor:", "(mu: Tensor, log_var: Tensor) -> Tensor")
HTML = Edit("latent.py", "        is_known = known.bool()\n",
            "        is_known = known.bool()\n"
            "        if x.ndim == 4:\n"
            "            raise ValueError(f'<b>4 dims?</b> <script>alert(\"{x.shape}\")</script> & more')\n")

CLASS = (
    #        name            what                                            status    re  loss  train latent
    Student("kim-minji",    "the solution",                                  "graded",  20, 30, 30, 20),
    Student("이서준",       "the skeleton as it was handed out",             "graded",   0,  0,  0,  0,
            written_on="assignment"),
    Student("park-jihoon",  "std = exp(log_var); a zip",                     "graded",  11, 30, 30, 20,
            edits=(STD,), as_zip=True),
    Student("최수아",       "KL without its 1/2",                            "graded",  20, 22, 30, 20,
            edits=(NO_HALF,)),
    Student("jung-haeun",   "BCE as a mean; folders within folders",         "graded",  20, 24, 20, 20,
            edits=(BCE_MEAN,), folder="hw3/final_최종(2)/vae"),
    Student("강도윤",       "torch.normal lets no gradient through",         "graded",  13, 30, 20, 20,
            edits=(TORCH_NORMAL,)),
    Student("yoon-seoyeon", "no zero_grad; restore overwrites known pixels", "graded",  20, 30,  1, 15,
            edits=(NO_ZERO_GRAD, OVERWRITTEN)),
    Student("han-jiwoo",    "train_epoch never ends",                        "timeout", 20, 30,  0, 20,
            edits=(ITERTOOLS, ENDLESS)),
    Student("오지호",       "os._exit in generate; a zip",                   "crashed", 20, 30, 20,  0,
            edits=(OS, GIVES_UP), as_zip=True),
    Student("lim-chaewon",  "a colon is missing; HTML in an exception",      "graded",  20,  0, 20, 13,
            edits=(NO_COLON, HTML)),
)
# fmt: on


def files_of(student: Student) -> dict[str, str]:
    """The student's four files by name. Raises ValueError if an edit no longer fits."""
    folder = ROOT / student.written_on / "vae"
    files = {name: (folder / name).read_text(encoding="utf-8") for name in FILES}
    for edit in student.edits:
        if files[edit.file].count(edit.old) != 1:
            raise ValueError(f"{edit.file} has no longer exactly one: {edit.old!r}")
        files[edit.file] = files[edit.file].replace(edit.old, edit.new)
    return files


def make_class(out: Path) -> None:
    """Write all hand-ins into the folder ``out``, which is emptied first."""
    shutil.rmtree(out, ignore_errors=True)
    for student in CLASS:
        hand_in(out, student)


def hand_in(out: Path, student: Student) -> None:
    """Write one student's folder or zip into ``out``."""
    home = out if student.as_zip else out / student.name
    (home if student.as_zip else home / student.folder).mkdir(parents=True, exist_ok=True)
    if not student.as_zip:
        for name, text in files_of(student).items():
            (home / student.folder / name).write_text(text, encoding="utf-8", newline="\n")
        return
    with zipfile.ZipFile(out / f"{student.name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files_of(student).items():
            archive.writestr(zipfile.ZipInfo(f"{student.folder}/{name}", ZIP_DATE), text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tests/demo/make_class.py OUT")
    make_class(Path(sys.argv[1]))
