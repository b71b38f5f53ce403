"""Child processes: waited for, stopped, and heard."""

import signal
import sys

import pytest

from tools.child import Child, ChildError, start_child, wait_for

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, lambda *_: print("no", flush=True))
print("ready", flush=True)
while True:
    time.sleep(60)
"""
GENTLE = STUBBORN.replace('print("no", flush=True)', "exit(3)")


def started(source: str) -> Child:
    """Start a Python program and wait until it says `ready`."""
    child = start_child("the program", [sys.executable, "-c", source])
    child.wait_for(lambda: "ready" in child.output() or None, what="readiness", timeout_s=30)
    return child


def test_a_child_that_obeys_ends_with_its_own_code() -> None:
    assert started(GENTLE).stop(grace_s=30) == 3


def test_a_child_that_does_not_obey_is_killed_after_the_grace() -> None:
    child = started(STUBBORN)
    assert child.stop(grace_s=0.2) == -signal.SIGKILL
    assert child.output().split() == ["ready", "no"]


def test_stopping_twice_is_harmless() -> None:
    child = started(GENTLE)
    assert [child.stop(grace_s=30), child.stop(grace_s=30)] == [3, 3]


def test_waiting_for_a_child_that_has_ended_shows_its_last_words() -> None:
    child = start_child("the program", [sys.executable, "-c", "exit('last words')"])
    with pytest.raises(ChildError, match=r"the program ended with exit code 1\n  last words"):
        child.wait_for(lambda: None, what="nothing", timeout_s=30)


def test_waiting_has_an_end() -> None:
    with pytest.raises(ChildError, match=r"the impossible did not happen within 0\.05 s"):
        wait_for(lambda: None, what="the impossible", timeout_s=0.05)
