"""nbgrader's configuration for this homework. It belongs in the course folder, which make_course.py makes.

nbgrader never runs a student's cells. The points of the code cells come from the kit's sandboxed hidden checks.
"""

import os
from importlib.metadata import files

from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from autograder.nbgrader.cells import LatePenalty, SandboxedGrades
from autograder.nbgrader.collector import HandInCollector
from autograder.nbgrader.handed_in import HandedIn
from autograder.nbgrader.marks import MarksExport

c = get_config()  # noqa: F821 - nbgrader defines it

c.Application.log_level = "WARN"  # at INFO nbgrader reports every file that it copies
c.CourseDirectory.course_id = "vae"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".venv", "runs"]
c.HandedIn.language = "ko"
c.HandedIn.dataset = "digits"

# The files that students write beside the notebook are kept; all others come from source/.
FILES = ["model.py", "loss.py", "training.py", "latent.py"]
c.Autograde.exclude_overwriting = {"ps1": [os.path.join("vae", name) for name in FILES]}

# Hand-ins are repaired as they are read (HandedIn), then points are written (SandboxedGrades) and saved.
c.Autograde.exporter_class = HandedIn
c.Autograde.sanitize_preprocessors = [OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
c.Autograde.autograde_preprocessors = [
    SandboxedGrades,
    LimitOutput,
    SaveAutoGrades,
    LatePenalty,
    CheckCellMetadata,
    ClearHiddenTests,
]

c.ZipCollectApp.collector_plugin = HandInCollector
c.ExportApp.plugin_class = MarksExport

# An answer in Markdown may contain HTML. The pages on which it is marked and given back must not run it.
c.HTMLExporter.filters = {"markdown2html": "autograder.nbgrader.pages.markdown2html"}

# The page for marking shows rubric and model answer below each answer. The student's page never does.
c.HTMLExporter.preprocessors = ["autograder.nbgrader.rubric.Rubric"]

# nbgrader runs `alembic` by name. Let it find the one that was installed with it, even if the environment is not
# activated.
ALEMBIC = [os.path.dirname(file.locate()) for file in files("alembic") or () if file.stem == "alembic"]
os.environ["PATH"] = os.pathsep.join([*ALEMBIC, os.environ.get("PATH", os.defpath)])
