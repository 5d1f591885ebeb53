#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image: a torch without CUDA, the kit, and a trial run.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"

apt-get update
apt-get install -y --no-install-recommends python3 python3-venv libseccomp2
python3 -m venv "$root/venv"
pip() { "$root/venv/bin/python" -I -m pip "$@" --no-cache-dir --disable-pip-version-check; }
# torch 2.13 has no torchvision that fits it. The index is for these two alone: a torch with CUDA takes 5 GB.
pip install "torch>=2.6,!=2.13.*" torchvision --index-url https://download.pytorch.org/whl/cpu
pip install "$root/source/kit"
chmod -R go= "$root/source"  # student code is another user, and is kept out of it by the sandbox as well
exec "$root/venv/bin/python" -I -m autograder.gradescope --root "$root" --rehearse
