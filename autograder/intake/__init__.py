"""Turn hand-ins of every shape into submissions: ``find`` lists them, ``load`` reads one.

Nothing is extracted to disk and no link is followed: what a student handed in is only data here.
"""

from autograder.intake.find import find
from autograder.intake.lms import Origin
from autograder.intake.load import Submission, load
from autograder.intake.place import Source, Submissions

__all__ = ["Origin", "Source", "Submission", "Submissions", "find", "load"]
