"""What a process inherits: umask, environment, streams, signals, the current folder."""

from __future__ import annotations

from tests.machines.row import EITHER, Row

MARKS = 'open(__import__("os").environ["PLACE"] + "/ran", "a").write(__name__ + "\\n")\n'
# Each of these files records that it was imported. Students' processes don't have PLACE, so it raises there.
BESIDE = f"""
cat >"$PLACE/mark.py" <<'END'
{MARKS}END
for name in random json typing torch numpy site sitecustomize usercustomize pathlib tempfile socket; do
    cp "$PLACE/mark.py" "$name.py"
done
"""

# Told to look here, Python itself would import the removed files before any file of the kit.
TOLD = f"{BESIDE} rm site.py sitecustomize.py usercustomize.py;"

ROWS = (
    Row("umask-077", "`umask 077`", 'umask 077; grade "$@"'),
    Row("umask-027", "`umask 027`", 'umask 027; grade "$@"'),
    Row("umask-000", "`umask 000`", 'umask 000; grade "$@"'),
    Row(
        "umask-777",
        "`umask 777`: the grader could not read what it writes",
        'umask 777; grade "$@"',
        EITHER,
        "umask",
    ),
    Row(
        "beside-console",
        "`random.py`, `json.py`, `torch.py` and others in the current folder, console script",
        f'{BESIDE} grade "$@"',
    ),
    Row(
        "beside-module",
        "the same, `python -m autograder`",
        f'{BESIDE} grade_as_module "$@"',
    ),
    Row(
        "beside-in-class",
        "the same files beside the submissions, in the class's own folder, which is the current one",
        f'cd "$PLACE/class/right" && {BESIDE} rm -r "$PLACE/class/right/"{{torch,numpy,site}}.py; grade_as_module "$@"',
    ),
    Row(
        "path-empty",
        "`PYTHONPATH` has an empty entry, and such files in the current folder",
        f'{TOLD} export PYTHONPATH=:; grade "$@"',
        EITHER,
        "PYTHONPATH",
    ),
    Row(
        "path-dot",
        "`PYTHONPATH=.`, and such files in the current folder",
        f'{TOLD} export PYTHONPATH=.; grade_as_module "$@"',
        EITHER,
        "PYTHONPATH",
    ),
    Row(
        "startup",
        "`PYTHONSTARTUP` names a file",
        f'{BESIDE} export PYTHONSTARTUP="$PWD/json.py"; grade "$@"',
    ),
    Row(
        "hash-seed",
        "`PYTHONHASHSEED=0`, `PYTHONDONTWRITEBYTECODE=1`",
        'export PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1; grade "$@"',
    ),
    Row(
        "no-utf8",
        "`PYTHONUTF8=0`, `LANG=C`, `LC_ALL=C`",
        'export PYTHONUTF8=0 LANG=C LC_ALL=C PYTHONIOENCODING=ascii PYTHONCOERCECLOCALE=0; grade "$@"',
    ),
    Row(
        "optimised",
        "`PYTHONOPTIMIZE=2`: no assertions, no docstrings",
        'export PYTHONOPTIMIZE=2; grade "$@"',
        EITHER,
        "PYTHONOPTIMIZE",
    ),
    Row(
        "no-environment",
        "no environment at all",
        'exec env -i PLACE="$PLACE" TMPDIR="$TMPDIR" "$CONSOLE" "$@"',
    ),
    Row(
        "strange-threads",
        "`OMP_NUM_THREADS=64`, `MALLOC_ARENA_MAX=1`, `GLIBC_TUNABLES`, `LD_BIND_NOW`",
        'export OMP_NUM_THREADS=64 MALLOC_ARENA_MAX=1 GLIBC_TUNABLES=glibc.malloc.check=3 LD_BIND_NOW=1; grade "$@"',
    ),
    Row(
        "torch-variables",
        "`PYTORCH_JIT=0`, `CUDA_VISIBLE_DEVICES=7`, `MPLBACKEND=nonsense`, `TORCH_LOGS=all`",
        'export PYTORCH_JIT=0 CUDA_VISIBLE_DEVICES=7 MPLBACKEND=nonsense TORCH_LOGS=all; grade "$@"',
    ),
    Row(
        "pytest-variables",
        '`PYTEST_ADDOPTS="-x -k nothing"`, `PYTEST_PLUGINS=xdist`, `PYTHONDEVMODE=1`, `TZ=Non/Sense`, `COLUMNS=5`',
        'export PYTEST_ADDOPTS="-x -k nothing" PYTEST_PLUGINS=xdist PYTHONDEVMODE=1 TZ=Non/Sense COLUMNS=5; grade "$@"',
    ),
    Row(
        "warnings-raise",
        "`PYTHONWARNINGS=error`",
        'export PYTHONWARNINGS=error; grade "$@"',
        EITHER,
        "PYTHONWARNINGS",
    ),
    Row("no-stdin", "standard input closed", 'grade "$@" <&-'),
    Row("no-stdout", "standard output closed", 'grade "$@" >&-'),
    Row("no-stderr", "standard error closed", 'grade "$@" 2>&-'),
    Row("no-streams", "all three standard streams closed", 'grade "$@" <&- >&- 2>&-'),
    Row(
        "broken-pipe",
        "standard output is a pipe that nobody reads",
        'set -o pipefail; (loud=("${@/--quiet/--json}"); "$CONSOLE" "${loud[@]}") | true',
    ),
    Row(
        "first-line",
        "standard output goes into `head -1`",
        'set -o pipefail; (loud=("${@/--quiet/--json}"); "$CONSOLE" "${loud[@]}") | head -1 >/dev/null',
    ),
    Row(
        "full-stdout",
        "standard output is `/dev/full`",
        'loud=("${@/--quiet/--json}"); grade "${loud[@]}" >/dev/full',
        EITHER,
        "No space left",
    ),
    Row(
        "nohup",
        "SIGHUP and SIGINT ignored, as under `nohup` in the background",
        "trap '' HUP INT; grade \"$@\"",
    ),
    Row(
        "ignored-signals",
        "SIGCHLD, SIGPIPE, SIGINT and SIGTERM ignored",
        "trap '' CHLD PIPE INT TERM; grade \"$@\"",
    ),
    Row(
        "blocked-signals",
        "every signal blocked",
        """exec "$PYTHON" -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
os.execv(sys.argv[1], sys.argv[1:])' "$CONSOLE" "$@" """,
    ),
    Row(
        "here-read-only",
        "the current folder is read-only",
        'chmod 555 . ; mount --bind . . ; mount -o remount,bind,ro . ; cd . ; grade "$@"',
        own_mounts=True,
    ),
    Row("here-deleted", "the current folder was deleted", 'mkdir gone; cd gone; rmdir ../gone; grade "$@"'),
    Row(
        "here-deleted-module",
        "the same, `python -m autograder`",
        'mkdir gone; cd gone; rmdir ../gone; grade_as_module "$@"',
        EITHER,
    ),
    Row(
        "home-missing",
        "`HOME` names a folder that is not there",
        'export HOME="$PLACE/nowhere"; grade "$@"',
    ),
    Row(
        "home-unset",
        "no `HOME`, no `USER`, no `PATH`",
        'unset HOME USER LOGNAME PATH; grade "$@"',
    ),
    Row(
        "home-read-only",
        "`HOME` and `~/.cache` are read-only",
        'mkdir "$HOME/.cache"; mount -t tmpfs -o ro none "$HOME"; grade "$@"',
        own_mounts=True,
    ),
    Row(
        "many-open-files",
        "300 files of the caller's are open",
        'for n in $(seq 10 310); do eval "exec $n</dev/null"; done; grade "$@"',
    ),
    Row(
        "nice-19",
        "`nice -n 19` on one core (`taskset`)",
        'exec nice -n 19 taskset -c "$(taskset -cp $$ | sed "s/.*: //; s/[,-].*//")" "$CONSOLE" "$@"',
        needs=("tool:taskset",),
    ),
)
