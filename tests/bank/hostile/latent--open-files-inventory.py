# stub: generate
# attack: looks for open files of the grader or of its neighbours among its descriptors
# stopped-by: no open files
import os
import stat

found = []
null = os.stat("/dev/null").st_rdev
for number in range(65536):
    try:
        seen = os.fstat(number)
    except OSError:
        continue
    if seen.st_rdev != null or not stat.S_ISCHR(seen.st_mode):
        found.append((number, stat.filemode(seen.st_mode)))
# Its own line to the grader, and the pipe that takes what it prints.
others = [kind for number, kind in found if number not in (1, 2) or kind[0] != "p"]
if [kind[0] for kind in others] != ["s"]:
    raise SystemExit(f"got through: {found}")
