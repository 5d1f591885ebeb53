# stub: generate
# attack: looks at questions before they are asked, and at everything that lies on its connection
# stopped-by: nonce
import socket
import sys

frame = sys._getframe()
while "rpc" not in frame.f_locals:
    frame = frame.f_back
rpc = frame.f_locals["rpc"]
rpc.settimeout(0.2)
try:
    ahead = rpc.recv(1 << 20, socket.MSG_PEEK)
    raise SystemExit(f"got through: {ahead[:80]}")
except TimeoutError:
    rpc.settimeout(None)
