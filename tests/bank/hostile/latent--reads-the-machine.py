# stub: generate
# attack: reads users, passwords, keys, mounts and what else tells about the instructor's machine
# stopped-by: private root, Landlock
import os

HIDDEN = "/etc/passwd /etc/shadow /etc/hosts /etc/hostname /etc/machine-id /root/.ssh/id_rsa /root/.bash_history /root/.gitconfig"
HIDDEN += " /home /var/log/dpkg.log /var/run/docker.sock /run/secrets /sys/class/net /sys/kernel/notes /boot /tmp/.X11-unix"
for path in HIDDEN.split():
    try:
        found = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(100)
    except OSError:
        continue
    raise SystemExit(f"got through: {path}: {found}")
