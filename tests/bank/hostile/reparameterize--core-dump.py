# stub: reparameterize
# ends: crashed
# attack: dies with a core dump, which would carry the warm parent's memory into a file
# stopped-by: rlimits
import os
import resource

try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except (OSError, ValueError):
    pass
os.abort()
