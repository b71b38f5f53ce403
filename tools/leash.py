"""Becomes the command it is given, which the kernel then ends when the parent process dies.

Started as a script in front of the command (`python tools/leash.py PARENT_PID COMMAND...`), so that
even `kill -9` of the parent leaves no orphan. Only Linux can do this; elsewhere the command simply
runs. To the kernel the parent is the thread that started the command, so start it from one that
stays. See prctl(2), PR_SET_PDEATHSIG.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent, then become the command."""
    parent_pid, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_pid:
            sys.exit("the parent process died before its child could start")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
