# stub: reparameterize
# ends: crashed
# attack: a process that forks and ends at once, again and again, to be gone wherever it is looked for
# stopped-by: pid namespace, subreaper
import os

if os.fork() == 0:
    os.closerange(0, 256)
    while True:
        try:
            if os.fork():
                os._exit(0)
        except OSError:
            pass
os._exit(0)
