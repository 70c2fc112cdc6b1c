"""Keeps child programs running in the foreground, with one tidy log, and stops them in order.

It does not know what the programs do: it is given names and commands.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

COLOURS = (36, 32, 35, 33, 34)  # cyan, green, magenta, yellow, blue
WARM_SECONDS = 6.0  # what a program has to finish in before it is killed
AT_ONCE_SECONDS = 20.0  # a program that ends sooner than this has not really started
TRIES = 3
LONGEST_PAUSE = 30.0
TICK = 0.1


class GaveUp(Exception):
    """A program ended at once, again and again; str() names it and how it ended."""


class Log:
    """Writes whole lines, each behind the name of the program that said it."""

    def __init__(self, names: Sequence[str], stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._width = max(map(len, names))
        coloured = self._stream.isatty() and not os.environ.get("NO_COLOR")
        self._colour = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names) if coloured}
        self._lock = threading.Lock()

    def line(self, name: str, text: str) -> None:
        prefix = f"{name:<{self._width}} |"
        if name in self._colour:
            prefix = f"\x1b[{self._colour[name]}m{prefix}\x1b[0m"
        with self._lock, suppress(BrokenPipeError, ValueError):  # nobody reads any more: go on
            print(prefix, text, file=self._stream, flush=True)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say that a step begins and, when it has ended, how long it took."""
        self.line("serve", f"{what} …")
        begun = time.monotonic()
        yield
        self.line("serve", f"{what}: done in {time.monotonic() - begun:.1f} s")


class Child:
    """One program: started, watched, started again after a pause that grows."""

    def __init__(
        self, name: str, command: Sequence[str], *, folder: Path, says_ready: str, log: Log
    ) -> None:
        self.name = name
        self.ready = (
            threading.Event()
        )  # set when it has logged `says_ready`, or anything if that is ""
        self._command = command
        self._folder = folder
        self._says_ready = says_ready
        self._log = log
        self._early_ends = 0
        self._started = 0.0
        self._again_at: float | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._started, self._again_at = time.monotonic(), None
        self.process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the rest
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        threading.Thread(target=self._copy_output, args=(self.process,), daemon=True).start()

    def check(self) -> bool:
        """Whether the program has just ended; one that ended is started again when it is time.

        Raises GaveUp when it ended at once `TRIES` times in a row.
        """
        if self._again_at is not None:
            if time.monotonic() >= self._again_at:
                self.start()
            return False
        if self.process is None or self.process.poll() is None:
            return False
        self._plan_restart(describe_exit(self.process.returncode))
        return True

    def _plan_restart(self, how: str) -> None:
        now = time.monotonic()
        early = now - self._started < AT_ONCE_SECONDS
        self._early_ends = self._early_ends + 1 if early else 0
        if self._early_ends >= TRIES:
            raise GaveUp(f"{self.name} {how}, {TRIES} times in a row as soon as it had started.")
        pause = min(2.0**self._early_ends, LONGEST_PAUSE)
        self._again_at = now + pause
        self._log.line("serve", f"{self.name} {how}; it starts again in {pause:.0f} s")

    def ask_to_stop(self) -> None:
        self._again_at = None
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.process.terminate()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End the program and whatever it has started, now."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _copy_output(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for raw in process.stdout:
            line = raw.decode(errors="replace").rstrip()
            if line:
                self._log.line(self.name, line)
            if self._says_ready in line:
                self.ready.set()


class Supervisor:
    """Starts the children in order and watches them; `on_end` hears the name of one that ended."""

    def __init__(
        self, children: Sequence[Child], log: Log, on_end: Callable[[str], None] = lambda _: None
    ) -> None:
        self._children = children
        self._log = log
        self._on_end = on_end

    def start(self) -> None:
        for child in self._children:
            child.start()

    def watch(self, until: Callable[[], bool], *, every: float = TICK) -> None:
        """Keep the children running until `until`, asked every so many seconds, says yes.

        Raises GaveUp as `Child.check`.
        """
        while not until():
            next_question = time.monotonic() + every
            while time.monotonic() < next_question:
                self._check_children()
                time.sleep(TICK)

    def _check_children(self) -> None:
        for child in self._children:
            if child.check():
                self._on_end(child.name)

    def is_ready(self, names: Collection[str]) -> bool:
        """Whether these children have said that they are at work."""
        return all(child.ready.is_set() for child in self._children if child.name in names)

    def stop(self) -> None:
        """Stop the workers, the last started first, then the web; kill what does not finish.

        A second Ctrl-C (or SIGTERM) in the meantime kills at once.
        """
        first, *rest = self._children
        with _hurry_flag() as hurry:
            self._stop_together(rest, hurry)
            self._stop_together([first], hurry)

    def _stop_together(self, children: Sequence[Child], hurry: threading.Event) -> None:
        for child in reversed(children):
            child.ask_to_stop()
        deadline = time.monotonic() + WARM_SECONDS
        while any(child.is_running() for child in children):
            if hurry.wait(TICK / 2) or time.monotonic() > deadline:
                break
        for child in children:
            if child.is_running():
                self._log.line("serve", f"{child.name} did not finish in time; it is ended now")
            child.kill()


@contextmanager
def _hurry_flag() -> Iterator[threading.Event]:
    """An event that the next Ctrl-C or SIGTERM sets, in place of what they did."""
    hurry = threading.Event()
    former = {
        number: signal.signal(number, lambda *_: hurry.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield hurry
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def describe_exit(code: int) -> str:
    """`ended (exit code 3)` or `was ended by SIGKILL`."""
    if code >= 0:
        return f"ended (exit code {code})"
    return f"was ended by {signal.Signals(-code).name}"
