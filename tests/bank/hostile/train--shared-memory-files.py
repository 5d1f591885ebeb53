# stub: train
# attack: fills /dev/shm and /tmp with files, which are memory too
# stopped-by: private root, Landlock
import os

written = 0
for place in ("/dev/shm", "/tmp"):
    for number in range(40):
        try:
            with open(f"{place}/bomb{number}", "wb", buffering=0) as file:
                written += file.write(b"x" * (16 << 20))
        except OSError:
            break
if written > 600 << 20:
    raise SystemExit(f"got through: {written >> 20} MB of shared memory")
for place in ("/dev/shm", "/tmp"):
    for number in range(40):
        try:
            os.unlink(f"{place}/bomb{number}")
        except OSError:
            break
