"""The grader's Python and its packages: links, modes, missing or broken parts."""

from __future__ import annotations

from tests.machines.row import EITHER, REFUSED, Row

# A venv with a link per file of the packages in $linked, as cp -rs and uv's --link-mode symlink leave them. The others
# are links to folders, which takes only a second.
LINKED = """
packages="$PLACE/venv/lib/$(basename "$STDLIB")/site-packages"
mkdir -p "$PLACE/venv/bin" "$packages"
cp "$(dirname "$PYTHON")/../pyvenv.cfg" "$PLACE/venv/"
ln -s "$BASE/bin/$(basename "$STDLIB")" "$PLACE/venv/bin/python"
for entry in "$SITE"/*; do
    case " $linked " in *" $(basename "$entry") "*) cp -rs "$entry" "$packages/" ;; *) ln -s "$entry" "$packages/" ;; esac
done
printf '%s\\n' "$KIT" >"$packages/kit.pth"; rm -rf "$packages"/*homework*.pth
PYTHON="$PLACE/venv/bin/python"; CONSOLE="$PLACE/venv/bin/autograder"; console_script >"$CONSOLE"; chmod 755 "$CONSOLE"
"""
SMALL = (
    "sklearn numpy numpy.libs tqdm safetensors matplotlib PIL dateutil six.py cycler joblib threadpoolctl.py"
)


def _damaged(
    name: str,
    done: str,
    lines: str,
    word: str,
    accept: tuple[str, ...] = EITHER,
    landlock: bool = False,
) -> Row:
    forced = "export AUTOGRADER_ISOLATION=landlock; " if landlock else ""
    return Row(
        name,
        done,
        f'overlay "$SITE"; overlay "$STDLIB"; {lines}; {forced}grade "$@"',
        accept,
        word,
        needs=("overlay",),
        own_mounts=True,
    )


ROWS = (
    Row(
        "venv-linked",
        "every file of the venv is a link (`cp -rs`)",
        f'linked=$(ls "$SITE" | tr "\\n" " "); {LINKED} grade "$@"',
    ),
    Row(
        "packages-linked",
        "scikit-learn, NumPy, Matplotlib and others of linked files (`uv --link-mode symlink`)",
        f'linked="{SMALL}"; {LINKED} grade "$@"',
    ),
    Row(
        "torch-linked",
        "torch of linked files",
        f'linked="torch torchgen functorch"; {LINKED} grade "$@"',
    ),
    Row(
        "packages-folders-linked",
        "each package is a link to a folder",
        f'linked=""; {LINKED} grade "$@"',
    ),
    Row(
        "python-linked",
        "the base Python behind a link",
        """ln -s "$BASE" "$PLACE/python"; BASE="$PLACE/python"; venv "$PLACE/venv" "$KIT"; grade "$@" """,
    ),
    Row(
        "venv-link",
        "the venv behind a link, called by the link",
        """ln -s "$VENV" "$PLACE/venv"; exec "$PLACE/venv/bin/python" -m autograder "$@" """,
    ),
    Row(
        "site-link",
        "site-packages behind a link",
        """ln -s "$SITE" "$PLACE/site"; SITE="$PLACE/site"; venv "$PLACE/venv" "$KIT"; grade "$@" """,
    ),
    Row(
        "all-behind-a-link",
        "kit, venv and class behind one link, called by it (a home folder that is a link)",
        """mkdir "$PLACE/real"; ln -s real "$PLACE/link"; kit "$PLACE/real/kit"
cp -r "$PLACE/class" "$PLACE/real/class"; ln -s "$SITE" "$PLACE/real/site"; SITE="$PLACE/link/site"
venv "$PLACE/link/kit/.venv" "$PLACE/link/kit"; cd "$PLACE/link/kit"; shift 2; exec .venv/bin/autograder grade ../class "$@" """,
    ),
    Row(
        "venv-unresolved",
        "the venv called by a path with `..` and `//` in it",
        """cd "$VENV/bin"; exec ../..//"$(basename "$VENV")"/./bin/python -m autograder "$@" """,
    ),
    _damaged(
        "sklearn-0600",
        "scikit-learn installed under `umask 077` (0700, 0600)",
        'chmod -R go= "$SITE/sklearn"',
        "sklearn|scikit-learn",
    ),
    _damaged(
        "sklearn-0600-landlock",
        "the same without namespaces",
        'chmod -R go= "$SITE/sklearn"',
        "sklearn|scikit-learn",
        landlock=True,
    ),
    _damaged(
        "torch-part-0600",
        "a part of torch that is imported late, 0700 and 0600 (`torch/nn/utils`)",
        'chmod -R go= "$SITE/torch/nn/utils"',
        "torch",
    ),
    _damaged(
        "torch-file-0600",
        "one file of torch is 0600 (`torch/nn/utils/prune.py`)",
        'chmod go= "$SITE/torch/nn/utils/prune.py"',
        "torch",
    ),
    _damaged("numpy-0600", "NumPy 0700 and 0600", 'chmod -R go= "$SITE/numpy"', "numpy"),
    _damaged(
        "site-0700",
        "site-packages may be entered by its owner alone",
        'chmod 700 "$SITE"',
        "",
    ),
    _damaged(
        "stdlib-0600",
        "a module of the standard library is 0600 (`wave.py`)",
        'chmod go= "$STDLIB/wave.py"',
        "wave",
    ),
    _damaged(
        "stdlib-0600-landlock",
        "the same without namespaces",
        'chmod go= "$STDLIB/wave.py"',
        "wave",
        landlock=True,
    ),
    _damaged(
        "stdlib-dynload-0600",
        "compiled modules of the standard library are 0600",
        'chmod go= "$STDLIB"/lib-dynload/*',
        "",
    ),
    _damaged(
        "stdlib-missing",
        "a module of the standard library is missing (`sndhdr.py`, `imghdr.py`, `plistlib.py`)",
        'rm -f "$STDLIB"/{sndhdr,imghdr,plistlib}.py',
        "",
    ),
    _damaged(
        "stdlib-oserror",
        "a module of the standard library raises OSError when it is imported (`wave.py`)",
        """printf 'raise OSError(5, "Input/output error")\\n' >"$STDLIB/wave.py" """,
        "wave",
    ),
    _damaged(
        "sklearn-missing",
        "scikit-learn is missing",
        'rm -r "$SITE"/sklearn "$SITE"/scikit_learn*',
        "sklearn|scikit-learn",
        (REFUSED,),
    ),
    _damaged(
        "sklearn-broken",
        "scikit-learn does not import",
        """printf 'raise ImportError("libgomp.so.1: cannot open shared object file")\\n' >"$SITE/sklearn/__init__.py" """,
        "sklearn|scikit-learn",
        (REFUSED,),
    ),
    _damaged("tqdm-missing", "tqdm is missing", 'rm -r "$SITE"/tqdm "$SITE"/tqdm-*', "tqdm", (REFUSED,)),
    _damaged(
        "matplotlib-broken",
        "Matplotlib does not import",
        """printf 'raise OSError(5, "Input/output error")\\n' >"$SITE/matplotlib/pyplot.py" """,
        "matplotlib",
        EITHER,
    ),
    _damaged(
        "torchvision-broken",
        "torchvision does not fit torch",
        """printf 'raise RuntimeError("operator torchvision::nms does not exist")\\n' >"$SITE/torchvision/__init__.py" """,
        "torchvision",
        EITHER,
    ),
    _damaged(
        "torch-wrong",
        "torch computes something else: `torch.lerp` and `Tensor.exp` are off",
        """printf '\\n_exp = Tensor.exp\\nTensor.exp = lambda self: _exp(self) * 1.01\\n' >>"$SITE/torch/__init__.py" """,
        "",
        EITHER,
    ),
    _damaged(
        "pytest-missing", "pytest is missing", 'rm -r "$SITE"/pytest "$SITE"/_pytest', "pytest", (REFUSED,)
    ),
    _damaged("seccomp-missing", "pyseccomp is missing", 'rm -r "$SITE"/pyseccomp*', "seccomp", EITHER),
    _damaged(
        "metadata-missing",
        "the packages' lists of files (RECORD) are missing, as some distributions ship them",
        'rm "$SITE"/{torch,numpy,scikit_learn,tqdm,matplotlib}-*.dist-info/RECORD',
        "",
        EITHER,
    ),
    _damaged(
        "metadata-all-missing",
        "the packages' metadata is missing",
        'rm -r "$SITE"/{torch,numpy,scikit_learn,tqdm,matplotlib,safetensors}-*.dist-info',
        "",
        EITHER,
    ),
    _damaged(
        "usercustomize",
        "`sitecustomize.py` in site-packages writes to standard output",
        """printf 'print("hello from site")\\n' >"$SITE/sitecustomize.py" """,
        "",
    ),
    _damaged(
        "pth-prints",
        "a `.pth` file in site-packages prints and changes the current folder",
        """printf 'import os; print("hello"); os.chdir("/")\\n' >"$SITE/prints.pth" """,
        "",
    ),
)
