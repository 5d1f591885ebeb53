"""Resource limits that the grader inherits; ``ulimit`` sets both the soft and the hard limit unless told otherwise."""

from __future__ import annotations

from tests.machines.row import EITHER, Row


def _soft(name: str, done: str, flags: str, word: str) -> Row:
    return Row(name, done, f'ulimit {flags} || exit 99; grade "$@"', EITHER, word)


# A refusal names the limit, in either language or as ulimit(1) and setrlimit(2) do.
FILES = "open files|열린 파일|열 수 있는 파일|ulimit -n|RLIMIT_NOFILE"
PROCESSES = "processes|프로세스|ulimit -u|RLIMIT_NPROC"
SPACE = "memory|메모리|ulimit -v|RLIMIT_AS"
DATA = "memory|메모리|ulimit -d|RLIMIT_DATA"
SIZE = "file size|size of files|파일 크기|파일의 크기|ulimit -f|RLIMIT_FSIZE|too large"
CPU = "CPU|ulimit -t"
STACK = "stack|스택|ulimit -s|RLIMIT_STACK"
SIGNALS = "signals|시그널|신호|ulimit -i|RLIMIT_SIGPENDING"

ROWS = (
    _soft("files-64", "`ulimit -n 64`", "-n 64", FILES),
    _soft("files-64-soft", "`ulimit -S -n 64`: only the soft limit", "-S -n 64", FILES),
    _soft("files-24", "`ulimit -n 24`", "-n 24", FILES),
    Row("processes-soft", "`ulimit -u 40`, as root", 'ulimit -u 40; grade "$@"', EITHER, PROCESSES),
    _soft("memory-2-gb", "`ulimit -v 2000000`", "-v 2000000", SPACE),
    _soft("memory-6-gb", "`ulimit -v 6000000`", "-v 6000000", SPACE),
    _soft("data-500-mb", "`ulimit -d 500000`", "-d 500000", DATA),
    _soft("data-soft", "`ulimit -S -d 900000`", "-S -d 900000", DATA),
    _soft("file-1-mb", "`ulimit -f 1024`: files of 1 MB", "-f 1024", SIZE),
    _soft("file-2-kb", "`ulimit -f 2`: files of 2 KB", "-f 2", SIZE),
    _soft("cpu-20", "`ulimit -t 20`", "-t 20", CPU),
    _soft("cpu-3", "`ulimit -t 3`", "-t 3", CPU),
    _soft("cpu-1-soft", "`ulimit -S -t 1`", "-S -t 1", CPU),
    _soft("stack-256-kb", "`ulimit -s 256`", "-s 256", STACK),
    _soft("stack-512-kb", "`ulimit -S -s 512`", "-S -s 512", STACK),
    _soft("stack-unlimited", "`ulimit -s unlimited`", "-s unlimited", STACK),
    _soft("locked-0", "`ulimit -l 0`, no real-time priority, no core files", "-l 0 -r 0 -c 0", ""),
    _soft("signals-0", "`ulimit -i 0`: no pending signals", "-i 0", SIGNALS),
)
