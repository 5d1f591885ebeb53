# stub: generate
# ends: graded, crashed
# attack: leaves folders that are deeper than a path may be, and others that nobody may list
# stopped-by: written files end with the process
import os

home = os.getcwd()
old = os.umask(0)
try:
    for mode in (0o000, 0o100, 0o300):
        os.makedirs(f"closed-{mode:o}/inner")
        open(f"closed-{mode:o}/inner/note", "w").close()
    here = os.open(".", os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("deeper", dir_fd=here)
        below = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    for mode in (0o000, 0o100, 0o300):
        os.mkdir(f"shut-{mode:o}", mode)
finally:
    os.umask(old)
    os.chdir(home)
