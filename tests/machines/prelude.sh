# Read before each row's script. "$@" are the arguments of autograder. Given are
#   PLACE     the row's own folder; TMPDIR and HOME lie in it
#   OUT       where results go
#   PYTHON    the Python of the tests; CONSOLE: the console script beside it; VENV: the folder that they lie in
#   KIT       this checkout
#   SITE      where its packages lie; STDLIB: the standard library; BASE: the Python that the venv is of

# Become the grader, by the console script or as a module.
grade() { exec "$CONSOLE" "$@"; }
grade_as_module() { exec "$PYTHON" -m autograder "$@"; }

# A copy of the kit in a folder: kit FOLDER
kit() {
    mkdir -p "$1" "$1/tests"
    (cd "$KIT" && tar -cf - --exclude=__pycache__ autograder assignment solution release pyproject.toml README.md LICENSE tests/bank) |
        tar -xf - -C "$1" --no-same-permissions
}

# A venv in which that kit is installed; from here on it is the one that grades: venv FOLDER KIT
venv() {
    local packages
    packages="$1/lib/$(basename "$STDLIB")/site-packages"
    mkdir -p "$1/bin" "$packages"
    printf 'home = %s/bin\ninclude-system-site-packages = false\nversion = %s\n' "$BASE" "$VERSION" >"$1/pyvenv.cfg"
    ln -s "$BASE/bin/$(basename "$STDLIB")" "$1/bin/python"
    printf '%s\n%s\n' "$2" "$SITE" >"$packages/kit.pth"
    PYTHON="$1/bin/python"
    CONSOLE="$1/bin/autograder"
    console_script >"$CONSOLE"
    chmod 755 "$CONSOLE"
}

# The kit as a wheel is installed, in the venv that grades from here on: wheel VENV
wheel() {
    kit "$1.kit"
    local packages
    packages="$1/lib/$(basename "$STDLIB")/site-packages"
    venv "$1" "$packages"
    mv "$1.kit/autograder" "$packages/autograder"
    mv "$1.kit" "$packages/autograder/kit"
}

# As pip writes it where the path is long or has a space.
console_script() {
    printf '#!/bin/sh\n'"'''exec' %s "'"$0" "$@"'"\n' '''\n" "$(quoted "$PYTHON")"
    printf 'import sys\nfrom autograder.__main__ import main\nif __name__ == "__main__":\n    sys.exit(main())\n'
}

quoted() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"$`]/\\&/g')"; }

# What is changed below this folder stays in the row: overlay FOLDER. Needs own_mounts.
overlay() {
    local number
    number=$(ls "$PLACE" | wc -l)
    mkdir -p "$PLACE/over$number/up" "$PLACE/over$number/work"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$PLACE/over$number/up,workdir=$PLACE/over$number/work" "$1"
}

# Python, packages and kit where every user can read them, at the paths that they have: the Python loads its library from there.
# Needs own_mounts.
in_the_open() {
    local number=0 folder above closed
    for folder in "$BASE" "$VENV" "$KIT"; do
        mkdir -p "$PLACE/open/$number"
        mount --bind "$folder" "$PLACE/open/$number"
        number=$((number + 1))
    done
    number=0
    for folder in "$BASE" "$VENV" "$KIT"; do
        closed="" above="$folder"
        while [ "$above" != / ]; do
            above=$(dirname "$above")
            case $(stat -c %A "$above" 2>/dev/null) in "" | *x | *t) ;; *) closed="$above" ;; esac
        done
        [ -z "$closed" ] || mount -t tmpfs -o mode=755 none "$closed"
        if [ -n "$closed" ] || [ ! -e "$folder" ]; then
            mkdir -p "$folder"
            mount --bind "$PLACE/open/$number" "$folder"
        fi
        number=$((number + 1))
    done
}

# What was written goes where it is looked for, when OUT was a file system of the row's own.
keep_results() { mkdir -p "$PLACE/kept" && cp -r "$OUT/." "$PLACE/kept"; }
