# stub: train
# attack: starts threads until it gets no more, and leaves them asleep
# stopped-by: rlimits
import threading
import time

threading.stack_size(65536)
count = 0
try:
    while count < 5000:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        count += 1
except RuntimeError:
    pass
if count > 100:
    raise SystemExit(f"got through: {count} threads")
