# stub: train
# attack: leaves a note wherever it can write, and looks for the notes of its other processes and other submissions
# stopped-by: private root, Landlock, written files end with the process
import os
import sys
import tempfile

PLACES = [".", "..", "/tmp", "/var/tmp", "/dev/shm", "/", "/run", "/run/lock", "/home", os.path.expanduser("~")]
PLACES += [tempfile.gettempdir(), os.path.dirname(os.__file__), os.path.dirname(sys.executable)]
for place in PLACES:
    note = os.path.join(place, "note-of-a-hostile-submission")
    try:
        with open(note) as file:
            raise SystemExit(f"got through: a note in {place}: {file.read(50)}")
    except OSError:
        pass
wrote = {}
for place in PLACES:
    note = os.path.join(place, "note-of-a-hostile-submission")
    try:
        with open(note, "x") as file:
            file.write("inputs")
    except OSError:
        pass
