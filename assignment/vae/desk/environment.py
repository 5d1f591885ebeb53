"""Problems of the machine rather than of the code: Python, packages, folders. Imports no package itself."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import sys
from importlib.metadata import PackageNotFoundError, version

from vae.desk.failure import SETUP, Failure
from vae.desk.korean import with_particle
from vae.desk.tasks import HANDOUT, Words

NEEDED = {"torch": "torch", "pytest": "pytest", "rich": "rich", "numpy": "numpy"}  # module: package
INSTALL = f'"{sys.executable}" -m pip install -r requirements.txt'
REINSTALL = f'"{sys.executable}" -m pip install --upgrade --force-reinstall torch torchvision'


def problem() -> Failure | None:
    """What keeps the checks from running here at all; None if nothing does. Imports nothing heavy."""
    if sys.version_info < (3, 10):  # noqa: UP036 - users of an older one get a message
        return old_python()
    for module, package in NEEDED.items():
        if importlib.util.find_spec(module) is None:
            return missing(package)
    if not (HANDOUT / "checks").is_dir():
        what = Words("checks 폴더가 없습니다.", "The folder checks/ is missing.")
        return _failure(
            what,
            f"zip 파일 전체를 다시 풀고, 작성한 파일을 새 폴더의 vae/로 옮기세요. 지금 폴더: {HANDOUT}",
            f"Unzip the whole hand-out again and move your files into vae/ in the new folder. This folder: {HANDOUT}",
        )
    return None


def old_python() -> Failure:
    """The failure of a Python that is too old for the kit."""
    found = ".".join(map(str, sys.version_info[:3]))
    what = Words(
        f"{with_particle(f'Python {found}', '은/는')} 너무 오래된 버전입니다.", f"Python {found} is too old."
    )
    return _failure(
        what,
        "Python 3.10 이상을 설치하고 그 버전으로 실행하세요 (Windows: py -3.12 -m vae check).",
        "Install Python 3.10 or newer and use it to run the command (Windows: py -3.12 -m vae check).",
    )


def missing(package: str) -> Failure:
    """The failure of a package that is not installed in the running Python."""
    what = Words(f"{with_particle(package, '이/가')} 설치되어 있지 않습니다.", f"{package} is not installed.")
    return _failure(
        what,
        f"이 폴더({HANDOUT})에서 실행하세요:\n{INSTALL}\n이미 설치했다면, 설치할 때 쓴 가상 환경을 활성화하고 다시 실행하세요.",
        f"Run this in {HANDOUT}:\n{INSTALL}\nIf you have installed it already, activate the virtual environment you used and try again.",
    )


def mismatched(one: str, other: str) -> Failure:
    """The failure of two packages whose versions don't match."""
    what = Words(
        f"{with_particle(one, '과/와')} {other}의 버전이 서로 맞지 않습니다.",
        f"The versions of {one} and {other} do not match.",
    )
    found = []
    for package in (one, other):
        with contextlib.suppress(PackageNotFoundError):
            found.append(f"{package} {version(package)}")
    again = f"{REINSTALL} numpy" if one == "numpy" else REINSTALL
    return _failure(
        what,
        f"다음 명령으로 둘을 함께 다시 설치하세요:\n{again}",
        f"Reinstall both together with this command:\n{again}",
        ", ".join(found),
    )


def of_error(error: BaseException) -> Failure | None:
    """The failure for an exception that comes from the machine; None if it may come from the student's code."""
    text = str(error)
    if "torchvision::nms" in text or ("torchvision" in text and "partially initialized" in text):
        return mismatched("torch", "torchvision")
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        if package == "vae":
            return wrong_folder()
        if package in {"torch", "torchvision", "numpy", "matplotlib", "sklearn", "tqdm", "pytest", "rich"}:
            return missing("scikit-learn" if package == "sklearn" else package)
    if "compiled using NumPy 1.x" in text or "numpy.core.multiarray failed to import" in text:
        return mismatched("numpy", "torch")
    if isinstance(error, OSError) and re.search(r"\.dll|\.so\b|\.dylib|WinError (126|127|1114)", text):
        what = Words("torch를 불러올 수 없습니다.", "torch cannot be loaded.")
        return _failure(
            what,
            "Windows라면 Microsoft Visual C++ 재배포 가능 패키지(vc_redist.x64)를 설치하고 다시 실행하세요. 다른 시스템이라면 torch를 다시 설치하세요:\n"
            + REINSTALL,
            "On Windows, install the Microsoft Visual C++ Redistributable (vc_redist.x64) and try again. On other systems, "
            f"reinstall torch:\n{REINSTALL}",
            text[:200],
        )
    return None


def wrong_folder() -> Failure:
    """The failure of a command that was run in another folder, where Python finds no package `vae`."""
    what = Words("과제 폴더가 아닌 곳에서 실행했습니다.", "This is the wrong folder.")
    return _failure(
        what,
        f'과제 폴더로 이동한 다음 실행하세요:\ncd "{HANDOUT}"\npython -m vae check',
        f'Go to the hand-out\'s folder, then run the command:\ncd "{HANDOUT}"\npython -m vae check',
    )


def _failure(what: Words, ko: str, en: str, returned: str = "") -> Failure:
    return Failure(SETUP, "", what, Words(ko, en), returned=returned)
