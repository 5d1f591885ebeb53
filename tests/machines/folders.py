"""Where the kit, the class and OUT are, and how they got there: links, modes, names, file systems, other kits."""

from __future__ import annotations

from tests.machines.row import EITHER, REFUSED, Row

# Folder names that break careless quoting, encodings and formats.
NAMES = {
    "spaces": "a folder with  spaces ",
    "hangul": "한글 폴더 채점",
    "quotes": """it's "quoted" `so` $HOME""",
    "percent": "100% {of} %s [x] *",
    "dashes": "-rf",
}
HERE = 'kit "$PLACE/kit"; venv "$PLACE/venv" "$PLACE/kit"'


def _named(name: str, folder: str) -> Row:
    quoted = "'" + folder.replace("'", "'\\''") + "'"
    script = f"""
here="$PLACE/"{quoted}
mkdir "$here" "$here/tmp"
cp -r "$PLACE/class" "$here/class"
kit "$here/kit"; venv "$here/venv" "$here/kit"
cd "$here"
shift 4
grade grade "$here/class" --out "$OUT" "$@" """
    return Row(
        f"named-{name}",
        f"kit, venv and class in a folder named `{folder.replace('`', '´')}`",
        script,
    )


ROWS = (
    Row(
        "kit-link",
        "the kit behind a symbolic link, called by the link",
        'kit "$PLACE/real"; ln -s real "$PLACE/link"; venv "$PLACE/venv" "$PLACE/link"; grade "$@"',
    ),
    Row(
        "kit-two-links",
        "the kit behind two links, a relative and an absolute one, the venv behind a third",
        """mkdir -p "$PLACE/far/away"; kit "$PLACE/far/away/kit"
ln -s ../far/away "$PLACE/home/one"; ln -s "$PLACE/home/one/kit" "$PLACE/two"
venv "$PLACE/far/venv" "$PLACE/two"
ln -s far "$PLACE/near"
exec "$PLACE/near/venv/bin/python" -m autograder "$@" """,
    ),
    Row(
        "kit-parts-linked",
        "`autograder/` and `solution/` are links to folders elsewhere",
        """kit "$PLACE/real"; mkdir "$PLACE/kit" "$PLACE/kit/tests"
for part in autograder assignment solution release pyproject.toml tests/bank; do ln -s "$PLACE/real/$part" "$PLACE/kit/$part"; done
venv "$PLACE/venv" "$PLACE/kit"; grade "$@" """,
    ),
    Row(
        "kit-files-linked",
        "every file of the kit is a link to a store (stow, nix, Bazel)",
        """kit "$PLACE/store"; cp -rs "$PLACE/store" "$PLACE/kit"; venv "$PLACE/venv" "$PLACE/kit"; grade "$@" """,
    ),
    Row(
        "kit-umask-077",
        "the kit cloned under `umask 077`: folders 0700, files 0600",
        f'umask 077; {HERE}; umask 022; grade "$@"',
        EITHER,
        "{place}/kit",
    ),
    Row(
        "kit-closed",
        "the kit in a folder that only its owner may enter (0700)",
        f'{HERE}; chmod 700 "$PLACE/kit"; grade "$@"',
        EITHER,
        "{place}/kit",
    ),
    Row(
        "kit-read-only",
        "the kit on a read-only file system, without `__pycache__`",
        f'{HERE}; mount --bind "$PLACE/kit" "$PLACE/kit"; mount -o remount,bind,ro "$PLACE/kit"; grade "$@"',
        own_mounts=True,
    ),
    Row(
        "kit-without-bank",
        "the kit without its bank, `tests/` was not copied",
        f'{HERE}; rm -r "$PLACE/kit/tests"; grade "$@"',
        EITHER,
        "bank|뱅크",
    ),
    Row(
        "kit-without-solution",
        "the kit without the solution",
        f'{HERE}; rm -r "$PLACE/kit/solution"; grade "$@"',
        (REFUSED,),
        "solution|정답",
    ),
    Row(
        "kit-broken-solution",
        "a stub of the solution does not return",
        f"""{HERE}; sed -i 's/^def generate.*/&\\n    raise RuntimeError("broken")/' "$PLACE/kit/solution/vae/latent.py"; grade "$@" """,
        (REFUSED,),
        "generate",
    ),
    Row(
        "kit-wrong-solution",
        "the solution's KL divergence is doubled",
        f"""{HERE}; printf '\\n_kl = kl_divergence\\ndef kl_divergence(mu, log_var):\\n    return 2 * _kl(mu, log_var)\\n' >>"$PLACE/kit/solution/vae/loss.py"; grade "$@" """,
        (REFUSED,),
        "kl",
    ),
    Row(
        "kit-probe-broken",
        "one of the sandbox's files does not import in the sealed process",
        f"""{HERE}; printf '\\nraise OSError(5, "Input/output error")\\n' >>"$PLACE/kit/autograder/sandbox/student.py"; grade "$@" """,
        (REFUSED,),
        "student.py",
    ),
    Row(
        "kit-standin-broken",
        "a stand-in raises when it is loaded",
        f"""{HERE}; for f in "$PLACE"/kit/autograder/vae/probes/standins/*.py; do printf '\\nraise OSError(5, "Input/output error")\\n' >>"$f"; done; grade "$@" """,
        (REFUSED,),
        "",
    ),
    Row(
        "kit-empty-file",
        "a probe's file was cut off at 0 bytes by a full disk",
        f""": ; {HERE}; : >"$PLACE/kit/autograder/vae/probes/probes.py"; grade "$@" """,
        (REFUSED,),
        "probes",
    ),
    Row(
        "kit-foreign-owner",
        "the kit belongs to another user",
        f'{HERE}; chown -R 64321:64321 "$PLACE/kit"; grade "$@"',
        needs=("root",),
    ),
    *(_named(name, folder) for name, folder in NAMES.items()),
    Row(
        "named-newline",
        "venv with the kit installed in it, class and OUT in a folder whose name holds a line break",
        """here="$PLACE/new
line"; mkdir "$here"; cp -r "$PLACE/class" "$here/class"
kit "$PLACE/kit"; venv "$here/venv" "$PLACE/kit"
shift 4; grade grade "$here/class" --out "$OUT" "$@" """,
    ),
    Row(
        "named-long",
        "kit and class at the end of a path of 1,000 characters",
        """here="$PLACE"; for n in 1 2 3 4 5; do here="$here/$(printf 'x%.0s' $(seq 200))"; done
mkdir -p "$here"; cp -r "$PLACE/class" "$here/class"; kit "$here/kit"; venv "$PLACE/venv" "$here/kit"
shift 4; grade grade "$here/class" --out "$OUT" "$@" """,
    ),
    Row("wheel", "the kit as a wheel is installed, in site-packages", 'wheel "$PLACE/venv"; grade "$@"'),
    Row(
        "wheel-umask-077",
        "the same, installed under `umask 077`",
        'umask 077; wheel "$PLACE/venv"; umask 022; grade "$@"',
        EITHER,
        "{place}/venv",
    ),
    Row(
        "wheel-linked",
        "the same, each file a link into a cache (`uv --link-mode symlink`)",
        """wheel "$PLACE/venv"; packages=$(dirname "$(dirname "$PLACE"/venv/lib/*/site-packages/autograder/kit)")
mv "$packages/autograder" "$PLACE/cache"; cp -rs "$PLACE/cache" "$packages/autograder"; grade "$@" """,
    ),
    Row(
        "wheel-module-beside",
        "the same, called as a module from a folder that holds another `autograder/`",
        'wheel "$PLACE/venv"; mkdir autograder; echo "raise SystemExit(77)" >autograder/__init__.py; grade "$@"',
    ),
    Row(
        "kit-moved",
        "the kit is replaced by another version while it grades",
        f"""{HERE}; (sleep 3; echo 'raise OSError("changed")' >>"$PLACE/kit/autograder/vae/probes/probes.py") & "$CONSOLE" "$@"; """,
        EITHER,
        "",
    ),
    Row(
        "other-kit",
        "another kit is installed in site-packages, this one is run from its checkout",
        """kit "$PLACE/this"; kit "$PLACE/other"; venv "$PLACE/venv" "$PLACE/other"
sed -i 's/^def answer/def answered/' "$PLACE/other/autograder/sandbox/student.py"
cd "$PLACE/this"; PYTHONPATH="$PLACE/this" exec "$PYTHON" -m autograder "$@" """,
        EITHER,
        "{place}/other",
    ),
    Row(
        "other-kit-quiet",
        "the same, the other kit works and differs: its probes say something else",
        """kit "$PLACE/this"; kit "$PLACE/other"; venv "$PLACE/venv" "$PLACE/other"
sed -i 's/FIRST_UID = .*/FIRST_UID = 2_000_000_000/' "$PLACE/other/autograder/sandbox/seal.py"
cd "$PLACE/this"; PYTHONPATH="$PLACE/this" exec "$PYTHON" -m autograder "$@" """,
        EITHER,
        "{place}/other",
    ),
    Row(
        "out-link",
        "OUT is a link to a folder elsewhere",
        'mkdir "$PLACE/elsewhere"; ln -s elsewhere "$OUT"; grade "$@"',
    ),
    Row(
        "out-full",
        "OUT on a file system without room",
        """mkdir "$OUT"; mount -t tmpfs -o size=64k none "$OUT"; dd if=/dev/zero of="$OUT/filler" bs=4k 2>/dev/null
"$CONSOLE" "$@"; status=$?; keep_results; exit $status""",
        (REFUSED,),
        "No space left",
        own_mounts=True,
        then_mended=True,
    ),
    Row(
        "out-no-inodes",
        "OUT on a file system with room, and no inode left",
        """mkdir "$OUT"; mount -t tmpfs -o nr_inodes=4 none "$OUT"; "$CONSOLE" "$@"; status=$?; keep_results; exit $status""",
        (REFUSED,),
        "No space left",
        own_mounts=True,
    ),
    Row(
        "out-read-only",
        "OUT on a read-only file system",
        """mkdir "$OUT"; mount -t tmpfs -o ro none "$OUT"; grade "$@" """,
        (REFUSED,),
        "{place}/out",
        own_mounts=True,
    ),
    Row(
        "class-unreadable",
        "the class on a file system that fails to list it (0000, no capability to pass over it)",
        """chmod 000 "$PLACE/class"; exec setpriv --bounding-set=-dac_override,-dac_read_search "$CONSOLE" "$@" """,
        (REFUSED,),
        "{place}/class",
        needs=("capabilities",),
    ),
)
