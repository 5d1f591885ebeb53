# stub: generate
# attack: searches every byte that its process can address for the solution and the grader's secrets
# stopped-by: no answers in the process
# why: what is in memory came with the fork from the warm parent, which never had a secret
import ctypes
import gc

WANTED = [bytes(reversed(word)) for word in (b"yranac", b"rof_flesti", b"ecnerefer.skcehc")]
for item in gc.get_objects():
    for inner in gc.get_referents(item):
        if type(inner) in (bytes, str) and len(inner) < 10_000:
            text = inner if type(inner) is bytes else inner.encode(errors="replace")
            if text.startswith(b"canary-") and len(text) == 39:
                raise SystemExit(f"got through: {text}")
