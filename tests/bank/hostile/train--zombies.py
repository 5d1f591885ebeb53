# stub: train
# attack: leaves as many dead children unburied as it gets, and carries on
# stopped-by: rlimits
import os

for _ in range(200):
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        break
