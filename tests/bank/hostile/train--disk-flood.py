# stub: train
# ends: graded, crashed, timeout
# attack: fills its folder with large and with many files
# stopped-by: private root, rlimits
import os

for number in range(10):
    try:
        with open(f"flood{number}", "wb", buffering=0) as file:
            while file.write(b"x" * (1 << 20)) and file.tell() < 64 << 20:
                pass
            raise SystemExit("got through: a file of 64 MB")
    except OSError:
        pass
    if number % 2:
        os.truncate(f"flood{number}", 1)
for number in range(5000):
    try:
        os.mkdir(f"folder{number}")
    except OSError:
        break
