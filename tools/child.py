"""A child process that can be waited for and stopped, and that never outlives its parent."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LEASH = Path(__file__).with_name("leash.py")
_POLL_S = 0.02
_OUTPUT_LIMIT_BYTES = 1 << 20


class ChildError(Exception):
    """A child process ended, or did not do in time what was expected of it."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Child:
    """One running process.

    Attributes:
        name: what messages call it.
        process: the process, in a session of its own, so that Ctrl-C reaches only the parent.
        captured: descriptor of the file its output goes to; None when it shares the parent's.
    """

    name: str
    process: subprocess.Popen[bytes]
    captured: int | None

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def output(self) -> str:
        """Return what the process has printed so far; empty when its output isn't captured."""
        if self.captured is None:
            return ""
        return os.pread(self.captured, _OUTPUT_LIMIT_BYTES, 0).decode(errors="replace")

    def check(self) -> None:
        """Raise `ChildError` with the last lines it printed if the process has ended."""
        code = self.process.poll()
        if code is not None:
            said = "".join(f"\n  {line}" for line in self.output().splitlines()[-10:])
            raise ChildError(f"{self.name} ended with exit code {code}{said}")

    def wait_for[T](self, attempt: Callable[[], T | None], *, what: str, timeout_s: float) -> T:
        """Call `attempt` until it returns something, as `wait_for` does.

        Raises:
            ChildError: the process ended, or the time is over.
        """
        return wait_for(attempt, what=f"{self.name}: {what}", timeout_s=timeout_s, check=self.check)

    def stop(self, *, grace_s: float) -> int:
        """End the process with SIGTERM, with SIGKILL after `grace_s`, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(grace_s)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End the process with SIGKILL, as a crash would, and return its exit code."""
        self.process.kill()
        return self.process.wait()


def wait_for[T](
    attempt: Callable[[], T | None],
    *,
    what: str,
    timeout_s: float,
    check: Callable[[], None] = lambda: None,
) -> T:
    """Call `attempt` until it returns something.

    Args:
        attempt: returns None as long as the answer isn't there.
        what: what is waited for, for the error.
        timeout_s: how long to try.
        check: called between two attempts; raises when waiting has become pointless.

    Raises:
        ChildError: the time is over.
    """
    deadline_s = time.monotonic() + timeout_s
    while (answer := attempt()) is None:
        check()
        if time.monotonic() > deadline_s:
            raise ChildError(f"{what} did not happen within {timeout_s:g} s")
        time.sleep(_POLL_S)
    return answer


def start_child(
    name: str,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    capture: bool = True,
) -> Child:
    """Start a process.

    Args:
        name: what messages call it.
        command: the program and its arguments.
        env: its whole environment; None for the parent's.
        cwd: its working directory; None for the parent's.
        capture: keep its output for `Child.output`, rather than share the parent's.
    """
    captured = _unnamed_file() if capture else None
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *command],
        stdin=subprocess.DEVNULL,
        stdout=captured,
        stderr=subprocess.STDOUT if capture else None,
        env=env,
        cwd=cwd,
        start_new_session=True,
    )
    child = Child(name, process, captured)
    if captured is not None:
        weakref.finalize(child, os.close, captured)
    return child


def free_port() -> int:
    """Return a TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unnamed_file() -> int:
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
