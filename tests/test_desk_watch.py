"""`check --watch` in terminals of its own: what is on the screen after saves and keys, and that it always belongs to the files."""

import fcntl
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import test_desk
from rich.cells import cell_len
from test_desk import stub_replaced
from test_handout import SOLUTION

home, vae = test_desk.home, test_desk.vae  # fixtures
CLEARED = "\x1b[2J"
ENDS = ("q:quit\n", "q:종료\n", "y / n\n", ")\n")  # of a screen that has arrived whole


class Terminal:
    """`check --watch` in a terminal of its own, with keys to press."""

    def __init__(self, folder: Path, rows: int, columns: int, language: str):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.rows, self.columns = rows, columns
        sizeless = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vae", "check", "--watch", "--lang", language],
            cwd=folder,
            env={**sizeless, "TERM": "xterm", "PYTHONIOENCODING": "utf-8"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.text = ""
        self.arrived = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            with self.arrived:
                self.text += data.decode("utf-8", "replace")
                self.arrived.notify_all()

    @property
    def screens(self) -> list[str]:
        """All that was on the screen, one after the other, without colours."""
        return [
            re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", text)
            for text in self.text.split(CLEARED)[1:]
            if "\n" in text
        ]

    def press(self, keys: str, *words: str) -> str:
        """Press keys, and wait for the next screen with all of these words."""
        number = len(self.screens)
        os.write(self.master, keys.encode())
        return self.wait_for(*words, after=number)

    def wait_for(self, *words: str, after: int = 0) -> str:
        """What is on the screen, once that has all of these words and is none of the first so many screens."""

        def there() -> bool:
            last = self.screens[after:][-1:]
            return bool(last) and last[0].endswith(ENDS) and all(word in last[0] for word in words)

        with self.arrived:
            assert self.arrived.wait_for(there, 40), f"{words} are not in: {self.screens[-1:]}"
            return self.screens[-1]

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)


@contextmanager
def watching(folder: Path, rows: int = 40, columns: int = 100, language: str = "en"):
    terminal = Terminal(folder, rows, columns, language)
    try:
        terminal.wait_for("0/9")
        yield terminal
    finally:
        terminal.close()


def test_watch_answers_saves_and_keys_and_never_goes_on_by_itself(home, vae):
    home.memory.MEMORY.unlink(missing_ok=True)
    with watching(home.folder) as terminal:
        assert "reparameterize is not written yet." in terminal.screens[-1]
        assert re.search(r"checked \d\d:\d\d:\d\d", terminal.screens[-1])
        screen = terminal.press("h", "hint 1 of 3")
        assert "reparameterize is not written yet." in screen  # there is room for both
        assert "hint 1 of 3" not in terminal.press("ㅗ", "hint 2 of 3")  # h on a Korean keyboard
        stub_replaced(vae, "reparameterize", "return mu + log_var.exp() * torch.randn_like(mu)")
        assert "hint 2" not in terminal.wait_for("exp(log_var)*eps", "0/9")
        shutil.copy(SOLUTION / "vae" / "model.py", vae)
        screen = terminal.wait_for("Press n for the next task", "1/9")
        assert "reconstruction_loss" not in screen
        assert re.search("> ● 1 +reparameterize +vae/model.py +passed", terminal.press("l", "restore"))
        terminal.press("n", "reconstruction_loss is not written yet.")
        terminal.press("p", "task 1 ")
        terminal.press("2b", "kl_divergence is not written yet.")
        terminal.press("4", "4_", "a, b, c", "kl_divergence")
        terminal.press("ㅠ", "interpolate is not written yet.")
        terminal.press("4", "4_")
        assert "4_" not in terminal.press("x", "interpolate is not written yet.")
        os.write(terminal.master, b"\x1b[A")  # an arrow key is no key
        terminal.press("3ㅁ", "train_epoch is not written yet.")
        shutil.copy(SOLUTION / "vae" / "loss.py", vae)
        screen = terminal.wait_for("4/9", "train_epoch")
        stub_replaced(vae, "generate", "return missing")
        terminal.wait_for("4/9", "train_epoch")
        screen = terminal.press("a", "4/9", "> ○ 3a")
        assert re.search(r"× 4a generate +vae/latent.py:\d+ +Running vae/latent.py raised an error", screen)
        os.write(terminal.master, b"q")
        assert terminal.process.wait(timeout=60) == 0


def test_what_is_on_the_screen_is_the_answer_to_the_file_as_it_is(home, vae):
    """Between two different answers the screen says that it is checking, and no answer to an older text comes later."""
    with watching(home.folder) as terminal:
        text = (vae / "model.py").read_text(encoding="utf-8")
        begin = len(terminal.screens)
        for number in range(6):
            stub_replaced(vae, "reparameterize", f"raise ValueError('text {number}')")
            if number % 2:  # every other answer is not waited for
                terminal.wait_for(f"text {number}")
            if number < 5:
                (vae / "model.py").write_text(text, encoding="utf-8")
        shown = [
            next(iter(re.findall(r"text \d|not written", screen)), "checking")
            for screen in terminal.screens[begin:]
        ]
        answers = [name for name, before in zip(shown, ["", *shown], strict=False) if name != before]
        assert answers[0] == "checking" and answers[-1] == "text 5"
        assert all("checking" in pair for pair in pairwise(answers)), answers
        numbers = [name for name in answers if name.startswith("text")]
        assert numbers == sorted(numbers)


def test_a_save_while_a_check_hangs_is_answered_at_once(home, vae):
    with watching(home.folder) as terminal:
        stub_replaced(vae, "reparameterize", "while True: pass")
        terminal.wait_for("checking ...", "· ○")  # the others are known, or need not run
        shutil.copy(SOLUTION / "vae" / "model.py", vae)
        terminal.wait_for("Press n for the next task", "1/9")
        assert not any("Stopped after" in screen for screen in terminal.screens)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_everything_fits_a_small_window_with_the_place_and_what_to_do(home, vae, language):
    home.memory.MEMORY.unlink(missing_ok=True)
    prints = "\n".join(f"    print('line {number} of what was printed by a student')" for number in range(20))
    with watching(home.folder, 20, 60, language) as terminal:
        for task in reversed(home.tasks.TASKS):
            screen = terminal.press(task.id, task.function, "raise")
            todo = task.todo.ko if language == "ko" else task.todo.en
            assert todo.split()[-1] in screen and f"{task.name}:" in screen
            for number in (1, 2, 3):
                hint = home.hints.HINTS[task.id][number - 1][language == "en"]
                assert hint.split()[-1] in terminal.press(
                    "h", f"{number}/3" if language == "ko" else f"{number} of 3"
                )
        terminal.press("2b", "kl_divergence")
        stub_replaced(vae, "kl_divergence", f"{prints.strip()}\n    return mu.sum() / 7")
        screen = terminal.wait_for("2b", "0/9", "vae/loss.py:51-71   kl_divergence")
        assert "…" in screen
        terminal.press("l", "vae/latent.py")
        terminal.press("r", "y / n")
        for screen in terminal.screens:
            assert screen.count("\n") < terminal.rows and all(
                cell_len(line) <= 60 for line in screen.splitlines()
            )


def test_reset_asks_in_the_window_and_the_keys_still_work(home, vae):
    stub_replaced(vae, "reparameterize", "return mu")
    before = (vae / "model.py").read_bytes()
    with watching(home.folder) as terminal:
        terminal.wait_for("reparameterize", "0/9", "called")
        terminal.press("r", "Restore reparameterize", "y / n")
        assert "Restore" not in terminal.press("n", "Nothing was changed.")
        assert (vae / "model.py").read_bytes() == before
        terminal.press("ㄱ", "y / n")
        screen = terminal.press(
            "ㅛ", "is not written yet.", "restored: vae/model.py:", "your previous file: backups", "0/9"
        )
        assert (
            "return mu" not in screen and (vae / "model.py").read_text(encoding="utf-8").count("Task 1:") == 1
        )
        terminal.press("l", "> ○ 1")
    shutil.rmtree(home.folder / "backups")


def test_watch_without_a_keyboard_says_how_to_stop(home, vae):
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "vae", "check", "2b", "--watch"],
        cwd=home.folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        # A background job ignores Ctrl-C, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "To stop: Ctrl-C." in line:
                break
        assert any("kl_divergence is not written yet." in line for line in lines)
        assert not any("checking" in line or "\x1b" in line for line in lines)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0 and "Traceback" not in process.stdout.read()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
