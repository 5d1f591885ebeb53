"""Results -> the gradebook file of a learning management system (LMS), and feedback in the form that it accepts."""

from autograder.gradebook.channels import CHANNELS, Channel, Columns, columns
from autograder.gradebook.fill import Filled, fill
from autograder.gradebook.pages import feedback_zip
from autograder.gradebook.roster import Handed, only, read_roster, with_marks, write_roster

__all__ = [
    "CHANNELS",
    "Channel",
    "Columns",
    "Filled",
    "Handed",
    "columns",
    "feedback_zip",
    "fill",
    "only",
    "read_roster",
    "with_marks",
    "write_roster",
]
