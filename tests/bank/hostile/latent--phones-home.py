# stub: generate
# attack: sends the grader's inputs away, over http, a name server and torch's own downloads
# stopped-by: seccomp, network namespace
import socket
import urllib.request

import torch

WAYS = {
    "http": lambda: urllib.request.urlopen("http://127.0.0.1:1/", timeout=2),
    "name": lambda: socket.getaddrinfo("example.org", 80),
    "hub": lambda: torch.hub.load_state_dict_from_url("http://127.0.0.1:1/x.pt"),
    "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"inputs", ("127.0.0.1", 53)),
    "distributed": lambda: torch.distributed.TCPStore("127.0.0.1", 0, 1, True, wait_for_workers=False),
}
for name, way in WAYS.items():
    try:
        way()
    except (OSError, RuntimeError, AttributeError, LookupError):
        continue
    raise SystemExit(f"got through: {name}")
