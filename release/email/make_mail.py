"""Make what is sent by e-mail: `autograder release email`."""

from __future__ import annotations

import shutil
from pathlib import Path

MAILS = ("mail.ko.txt", "mail.en.txt")


def make(out: Path, handout_zip: Path) -> Path:
    """Fill the folder ``out`` with the zip to attach and the texts of the mail, and return ``out``."""
    shutil.copyfile(handout_zip, out / handout_zip.name)
    for mail in MAILS:
        shutil.copyfile(Path(__file__).with_name(mail), out / mail)
    return out
