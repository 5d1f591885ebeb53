"""Who grades, and with what rights: capabilities, namespaces, filters, users, missing system calls."""

from __future__ import annotations

from tests.machines.row import EITHER, Row

# The capabilities that Docker gives a container's root.
DOCKER = "chown dac_override fsetid fowner mknod net_raw setgid setuid setfcap setpcap net_bind_service sys_chroot kill audit_write"
DOCKERS = ",".join(f"+{name}" for name in DOCKER.split())
OPEN = "in_the_open; "
USER = (
    'chown -R 64321:64321 "$TMPDIR" "$HOME" "$PLACE"/{stdout,stderr,here}; mkdir "$OUT"; chown 64321 "$OUT"; '
)
AS_USER = "setpriv --reuid=64321 --regid=64321 --clear-groups"
# The Python is in a folder that only its owner can enter, like a pyenv in /root.
CLOSED = """mkdir -p "$PLACE/closed/python"; mount --bind "$BASE" "$PLACE/closed/python"; chmod 700 "$PLACE/closed"
BASE="$PLACE/closed/python"; venv "$PLACE/closed/venv" "$KIT"; """


def _bounded(which: str) -> str:
    return f"exec setpriv --bounding-set={which} --inh-caps=-all --ambient-caps=-all "


def _root(
    name: str,
    done: str,
    script: str,
    accept: tuple[str, ...] = ("100",),
    word: str = "",
    tier: str = "landlock",
) -> Row:
    return Row(name, done, script, accept, word, tier, needs=("capabilities",), own_mounts=True)


def _without(
    name: str, done: str, calls: str, code: str, accept: tuple[str, ...] = EITHER, word: str = ""
) -> Row:
    script = f'exec "$PYTHON" "$MACHINES/launch.py" without {calls} {code} "$CONSOLE" "$@"'
    return Row(f"without-{name}", done, script, accept, word)


ROWS = (
    _root(
        "no-sys-admin",
        "root without CAP_SYS_ADMIN, as in every ordinary container",
        OPEN + _bounded("-sys_admin") + '"$CONSOLE" "$@"',
    ),
    _root(
        "no-sys-admin-closed",
        "the same, and the Python lies in a folder that root alone may enter",
        CLOSED + _bounded("-sys_admin") + '"$CONSOLE" "$@"',
        EITHER,
        "{place}/closed",
    ),
    _root(
        "docker",
        "root with the capabilities that Docker gives",
        OPEN + _bounded(f"-all,{DOCKERS}") + '"$CONSOLE" "$@"',
    ),
    _root(
        "docker-filtered",
        "the same, and a seccomp filter like Docker's: no namespaces, no mounts",
        OPEN + _bounded(f"-all,{DOCKERS}") + '"$PYTHON" "$MACHINES/launch.py" filtered "$CONSOLE" "$@"',
    ),
    _root(
        "filtered",
        "root with all capabilities, namespaces and mounts forbidden by seccomp",
        OPEN + 'exec "$PYTHON" "$MACHINES/launch.py" filtered "$CONSOLE" "$@"',
    ),
    _root(
        "bare",
        "the same, and no Landlock",
        OPEN + 'exec "$PYTHON" "$MACHINES/launch.py" bare "$CONSOLE" "$@"',
        ("refused",),
        "--allow-weak-isolation",
        "",
    ),
    _root(
        "no-setuid",
        "root without CAP_SETUID and CAP_SETGID",
        OPEN + _bounded("-setuid,-setgid") + '"$CONSOLE" "$@"',
        EITHER,
        "",
        "",
    ),
    _root(
        "no-setpcap",
        "root without CAP_SETPCAP",
        OPEN + _bounded("-setpcap") + '"$CONSOLE" "$@"',
        EITHER,
        "",
        "",
    ),
    _root(
        "no-kill",
        "root without CAP_KILL and CAP_SYS_PTRACE",
        OPEN + _bounded("-kill,-sys_ptrace") + '"$CONSOLE" "$@"',
        EITHER,
        "",
        "",
    ),
    _root(
        "no-dac",
        "root without CAP_DAC_OVERRIDE and CAP_CHOWN",
        OPEN + _bounded("-dac_override,-chown,-fowner,-dac_read_search") + '"$CONSOLE" "$@"',
        EITHER,
        "",
        "",
    ),
    _root(
        "no-capabilities",
        "root without any capability",
        OPEN + _bounded("-all") + '"$CONSOLE" "$@"',
        EITHER,
        "",
        "",
    ),
    _root(
        "no-new-privileges", "`no_new_privs` is set", 'exec setpriv --no-new-privs "$CONSOLE" "$@"', tier=""
    ),
    Row(
        "mapped-65536",
        "a user namespace of 65,536 ids (Docker's userns-remap, podman, Kubernetes)",
        OPEN + 'exec "$PYTHON" "$MACHINES/launch.py" mapped 65536 "$CONSOLE" "$@"',
        own_mounts=True,
        needs=("user namespaces",),
    ),
    Row(
        "mapped-65536-filtered",
        "the same, and no further namespaces",
        OPEN
        + 'exec "$PYTHON" "$MACHINES/launch.py" mapped 65536 "$PYTHON" "$MACHINES/launch.py" filtered "$CONSOLE" "$@"',
        tier="landlock",
        own_mounts=True,
        needs=("user namespaces",),
    ),
    Row(
        "mapped-1",
        "a user namespace of a single id (rootless)",
        OPEN + 'exec "$PYTHON" "$MACHINES/launch.py" mapped 1 "$CONSOLE" "$@"',
        own_mounts=True,
        needs=("user namespaces",),
    ),
    Row(
        "mapped-1-filtered",
        "the same, and no further namespaces",
        OPEN
        + 'exec "$PYTHON" "$MACHINES/launch.py" mapped 1 "$PYTHON" "$MACHINES/launch.py" filtered "$CONSOLE" "$@"',
        tier="landlock",
        own_mounts=True,
        needs=("user namespaces",),
    ),
    Row(
        "user",
        "an ordinary user",
        OPEN + USER + f'exec {AS_USER} "$CONSOLE" "$@"',
        tier="namespaces",
        own_mounts=True,
        needs=("capabilities",),
    ),
    Row(
        "user-filtered",
        "an ordinary user, namespaces forbidden by seccomp (Ubuntu 24.04)",
        OPEN + USER + f'exec {AS_USER} "$PYTHON" "$MACHINES/launch.py" filtered "$CONSOLE" "$@"',
        tier="landlock",
        own_mounts=True,
        needs=("capabilities",),
    ),
    Row(
        "user-umask-077",
        "an ordinary user, `umask 077`",
        OPEN + USER + f'umask 077; exec {AS_USER} "$CONSOLE" "$@"',
        tier="namespaces",
        own_mounts=True,
        needs=("capabilities",),
    ),
    Row(
        "user-closed",
        "an ordinary user whose Python is 0700, without namespaces",
        CLOSED
        + USER
        + f'chown 64321 "$PLACE/closed"; export AUTOGRADER_ISOLATION=landlock; exec {AS_USER} "$CONSOLE" "$@"',
        tier="landlock",
        own_mounts=True,
        needs=("capabilities",),
    ),
    Row(
        "user-processes-30",
        "an ordinary user, `ulimit -u 30`",
        OPEN + USER + f"""exec {AS_USER} bash -c 'ulimit -u 30; exec "$@"' limited "$CONSOLE" "$@" """,
        EITHER,
        "processes|프로세스|ulimit -u|RLIMIT_NPROC",
        own_mounts=True,
        needs=("capabilities",),
    ),
    Row(
        "user-named",
        "an ordinary user who is in no list of users, without HOME",
        OPEN + USER + f'unset HOME USER; exec {AS_USER} "$CONSOLE" "$@"',
        own_mounts=True,
        needs=("capabilities",),
    ),
    Row(
        "secure-bits",
        "root is nobody in particular: SECBIT_NOROOT",
        OPEN + 'exec setpriv --securebits=+noroot "$CONSOLE" "$@"',
        EITHER,
        "",
        own_mounts=True,
        needs=("capabilities",),
    ),
    Row(
        "landlock",
        "the fallback is asked for: `AUTOGRADER_ISOLATION=landlock`",
        OPEN + 'export AUTOGRADER_ISOLATION=landlock; grade "$@"',
        tier="landlock",
        own_mounts=True,
    ),
    Row(
        "in-pid-namespace",
        "the grader is process 1 of a namespace, as in a container without init",
        OPEN + 'exec unshare --pid --fork --mount-proc --kill-child "$CONSOLE" "$@"',
        own_mounts=True,
        needs=("user namespaces",),
    ),
    Row(
        "chroot",
        "in a chroot",
        'mkdir "$PLACE/root"; mount --rbind / "$PLACE/root"; exec chroot "$PLACE/root" "$CONSOLE" "$@"',
        own_mounts=True,
    ),
    Row(
        "user-no-namespaces",
        "an ordinary user, `user.max_user_namespaces` is 0",
        f"""{OPEN}{USER}exec "$PYTHON" "$MACHINES/launch.py" mapped 65536 \\
    bash -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --reuid=64321 --regid=64321 --clear-groups --inh-caps=-all "$@"' limited "$CONSOLE" "$@" """,
        tier="landlock",
        own_mounts=True,
        needs=("user namespaces",),
    ),
    _without(
        "landlock",
        "a kernel without Landlock, namespaces are there",
        "landlock_create_ruleset,landlock_add_rule,landlock_restrict_self",
        "ENOSYS",
        EITHER,
        "--allow-weak-isolation",
    ),
    _without("seccomp", "seccomp is not to be had", "seccomp", "EINVAL", EITHER, "--allow-weak-isolation"),
    _without("pidfd", "no `pidfd_open`, as before Linux 5.3 and under gVisor", "pidfd_open", "ENOSYS"),
    _without("mount-attributes", "no `mount_setattr`, as before Linux 5.12", "mount_setattr", "ENOSYS"),
    _without("pivot-root", "no `pivot_root`, as on an initial ramdisk", "pivot_root", "EINVAL"),
    _without("capset", "capabilities can't be given up", "capset", "EPERM"),
    _without("setuid", "`setresuid` and `setgroups` fail", "setresuid,setresgid,setgroups", "EPERM"),
    _without("prlimit", "resource limits can't be set", "prlimit64,setrlimit", "EPERM"),
    _without("affinity", "no `sched_getaffinity`", "sched_getaffinity", "EPERM"),
    _without("locks", "no file locks, as on some network file systems", "flock", "ENOLCK", ("100",)),
    _without("sync", "`fsync` fails", "fsync,fdatasync", "EINVAL", EITHER, ""),
    _without("subreaper", "no `setsid`", "setsid", "EPERM"),
)
