"""Give student code what it finds in any ordinary process, but would miss in a sealed fork without a screen."""

from __future__ import annotations

import contextlib
import functools
import getpass
import shutil
import sys
from collections.abc import Callable
from typing import Any

# Backends of matplotlib that draw in a window or a notebook.
ON_SCREEN = frozenset(
    "gtk3agg gtk3cairo gtk4agg gtk4cairo inline ipympl macosx module://ipympl.backend_nbagg "
    "module://matplotlib_inline.backend_inline nbagg notebook qt4agg qt5agg qt5cairo qtagg qtcairo tkagg tkcairo webagg "
    "widget wx wxagg wxcairo".split()
)


def prepare() -> None:
    """Make libraries do without a display, a notebook, other processes and rights; once, after they are imported."""
    import matplotlib.pyplot
    import threadpoolctl  # type: ignore[import-untyped]
    import tqdm.notebook

    use, switch = matplotlib.use, matplotlib.pyplot.switch_backend

    def off_screen(name: Any) -> Any:
        return "agg" if isinstance(name, str) and name.lower() in ON_SCREEN else name

    def use_off_screen(backend: str, *, force: bool = True) -> None:
        use(off_screen(backend), force=force)

    matplotlib.use = use_off_screen
    matplotlib.pyplot.switch_backend = lambda newbackend: switch(off_screen(newbackend))
    tqdm.notebook.tqdm = tqdm.notebook.tqdm_notebook = tqdm.std.tqdm
    tqdm.notebook.trange = tqdm.notebook.tnrange = tqdm.std.trange
    shutil.copymode, shutil.copystat = _if_permitted(shutil.copymode), _if_permitted(shutil.copystat)
    getpass.getuser = lambda: "student"  # its user has no name in the system
    vars(threadpoolctl)["_HAS_PROCFS"] = False  # it exists, but can't be read
    _alone()


def _alone() -> None:
    """Have data loaders work without worker processes, which would need other programs or shared memory."""
    from torch.utils.data import dataloader

    single: Any = dataloader._SingleProcessDataLoaderIter

    def without_workers(loader: Any) -> Any:
        asked = loader.num_workers, loader.timeout
        loader.num_workers = loader.timeout = 0
        try:
            return single(loader)
        finally:
            loader.num_workers, loader.timeout = asked

    dataloader._MultiProcessingDataLoaderIter = without_workers  # type: ignore[assignment, misc]


def _if_permitted(copying: Callable[..., None]) -> Callable[..., None]:
    """The same copying function, which leaves dates and modes as they are if they can't be changed."""

    @functools.wraps(copying)
    def trying(*arguments: Any, **options: Any) -> None:
        with contextlib.suppress(PermissionError):
            copying(*arguments, **options)

    return trying


def open_streams() -> None:
    """Open text streams on descriptors 1 and 2; the parent's streams still believe that these can be rewound."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        errors = "backslashreplace" if name == "stderr" else "strict"
        stream = open(number, "w", encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115 - open as long as the process
        if name == "stderr":
            stream.reconfigure(line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
