# Sourced before each row's script. "$@" are the arguments of autograder. These variables are set:
#   PLACE     the row's own folder; TMPDIR and HOME are in it
#   OUT       where results go
#   PYTHON    the Python of the tests; CONSOLE: the console script next to it; VENV: the venv that holds both
#   KIT       this checkout
#   SITE      its site-packages; STDLIB: the standard library; BASE: the Python that the venv was made from

# Become the grader, by the console script or as a module.
grade() { exec "$CONSOLE" "$@"; }
grade_as_module() { exec "$PYTHON" -m autograder "$@"; }

# Copy the kit to a folder: kit FOLDER
kit() {
    mkdir -p "$1" "$1/tests"
    (cd "$KIT" && tar -cf - --exclude=__pycache__ autograder assignment solution release pyproject.toml README.md LICENSE tests/bank) |
        tar -xf - -C "$1" --no-same-permissions
}

# Make a venv with that kit installed, which grades from here on: venv FOLDER KIT
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

# Install the kit as a wheel would be, in a venv that grades from here on: wheel VENV
wheel() {
    kit "$1.kit"
    local packages
    packages="$1/lib/$(basename "$STDLIB")/site-packages"
    venv "$1" "$packages"
    mv "$1.kit/autograder" "$packages/autograder"
    mv "$1.kit" "$packages/autograder/kit"
}

# Print the console script as pip writes it when the path is long or has a space.
console_script() {
    printf '#!/bin/sh\n'"'''exec' %s "'"$0" "$@"'"\n' '''\n" "$(quoted "$PYTHON")"
    printf 'import sys\nfrom autograder.__main__ import main\nif __name__ == "__main__":\n    sys.exit(main())\n'
}

quoted() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"$`]/\\&/g')"; }

# Keep changes below this folder within the row: overlay FOLDER. Needs own_mounts.
overlay() {
    local number
    number=$(ls "$PLACE" | wc -l)
    mkdir -p "$PLACE/over$number/up" "$PLACE/over$number/work"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$PLACE/over$number/up,workdir=$PLACE/over$number/work" "$1"
}

# Make Python, packages and kit readable for every user at their own paths: Python loads its library from there.
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

# Copy the results to where they are looked for, if OUT is a file system of the row's own.
keep_results() { mkdir -p "$PLACE/kept" && cp -r "$OUT/." "$PLACE/kept"; }
