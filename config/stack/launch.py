"""Become another program that ends when its parent does.

Run as `python -I -S launch.py PARENT SIGNAL UID GID PROGRAM ARGUMENT…`, UID -1 meaning "stay who you are".
A program of its own rather than a `preexec_fn`: the supervisor has threads, and Python code between fork and
exec may then hang for ever.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(number: int) -> None:
    """Ask the kernel for this signal when the thread that forked us ends. Fork and setuid forget the wish."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def main(arguments: list[str]) -> None:
    parent, number, uid, gid = (int(word) for word in arguments[:4])
    program = arguments[4:]
    for name in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(name, signal.SIG_DFL)  # a shell that runs us in the background has some of them ignored
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        os.umask(0o077)
    die_with_parent(number)
    if os.getppid() != parent:  # the parent died before the kernel knew of our wish
        sys.exit(1)
    os.execv(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1:])
