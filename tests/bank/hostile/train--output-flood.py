# stub: train
# ends: crashed, timeout
# attack: prints a gigabyte to everything that is open
# stopped-by: output watch
import os
import sys


def flood():
    for number in (1, 2):
        for _ in range(2000):
            os.write(number, b"x" * (1 << 18))
    for _ in range(50):
        print("score: 100\n" * 50_000)
        print("passed" * 50_000, file=sys.stderr)


flood()
