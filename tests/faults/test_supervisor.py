"""The supervisor with small programs of its own: what ends, what never ends, what never starts."""

import io
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from annotate.supervisor import Child, GaveUp, Log, Supervisor, describe_exit


def child(name: str, code: str, log: Log) -> Child:
    return Child(name, [sys.executable, "-c", code], folder=Path("/"), says_ready="ready", log=log)


def one(code: str) -> tuple[Supervisor, Child, io.StringIO]:
    """A supervisor of one program."""
    stream = io.StringIO()
    log = Log(("serve", "program"), stream)
    program = child("program", code, log)
    return Supervisor([program], log), program, stream


STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('ready', flush=True); time.sleep(600)"
)


def test_a_program_that_cannot_start_is_tried_three_times_and_then_everything_ends() -> None:
    supervisor, _, stream = one("print('no such table'); raise SystemExit(7)")
    supervisor.start()
    with pytest.raises(GaveUp, match=r"program ended \(exit code 7\), 3 times in a row"):
        supervisor.watch(until=lambda: False)
    supervisor.stop()
    lines = stream.getvalue().splitlines()
    assert lines.count("program | no such table") == 3
    assert "serve   | program ended (exit code 7); it starts again in 2 s" in lines


def test_a_program_that_does_not_heed_sigterm_is_killed_after_a_while() -> None:
    supervisor, program, stream = one(STUBBORN)
    supervisor.start()
    supervisor.watch(until=lambda: supervisor.is_ready(["program"]))
    begun = time.monotonic()
    supervisor.stop()
    assert 5 < time.monotonic() - begun < 10
    assert not program.is_running()
    assert "program did not finish in time" in stream.getvalue()


def test_a_second_ctrl_c_kills_at_once() -> None:
    supervisor, program, _ = one(STUBBORN)
    supervisor.start()
    supervisor.watch(until=lambda: supervisor.is_ready(["program"]))
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    begun = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - begun < 4
    assert not program.is_running()


def test_what_a_killed_program_had_started_ends_with_it() -> None:
    code = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', sys.argv[-1]]); "
        f"print(p.pid, flush=True); {STUBBORN}"
    )
    stream = io.StringIO()
    log = Log(("serve", "program"), stream)
    command = [sys.executable, "-c", code, "import time; time.sleep(600)"]
    program = Child("program", command, folder=Path("/"), says_ready="ready", log=log)
    supervisor = Supervisor([program], log)
    supervisor.start()
    supervisor.watch(until=lambda: supervisor.is_ready(["program"]))
    below = int(stream.getvalue().splitlines()[0].split("| ")[1])
    program.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{below}/cmdline").exists() and Path(f"/proc/{below}/cmdline").read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_every_line_carries_its_program_and_bytes_that_are_no_text_do_no_harm() -> None:
    code = r"import sys; sys.stdout.buffer.write(b'one\n\n\xff two\nready\n'); sys.stdout.flush()"
    supervisor, _, stream = one(f"{code}; import time; time.sleep(600)")
    supervisor.start()
    supervisor.watch(until=lambda: supervisor.is_ready(["program"]))
    supervisor.stop()
    assert stream.getvalue().splitlines()[:3] == [
        "program | one",
        "program | \N{REPLACEMENT CHARACTER} two",
        "program | ready",
    ]


def test_an_exit_is_described_in_words() -> None:
    assert describe_exit(3) == "ended (exit code 3)"
    assert describe_exit(-9) == "was ended by SIGKILL"
