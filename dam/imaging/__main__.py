"""The child: one request a line on standard input, one answer a line on what was standard output.

It has no environment to leak, a ceiling on memory and on the size of what it writes, and dies with its parent.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from dam.imaging.inspecting import inspect
from dam.imaging.limits import CHILD_FILE_BYTES, CHILD_MEMORY, Refusal
from dam.imaging.opening import shut_loaders
from dam.imaging.rendering import render

PR_SET_PDEATHSIG = 1


def confine(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY, CHILD_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (CHILD_FILE_BYTES, CHILD_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    path = Path(request["path"])
    try:
        if request["do"] == "inspect":
            return {"result": inspect(path)}
        return {"result": render(path, request["media_type"], request["recipes"], Path(request["folder"]))}
    except Refusal as refusal:
        return {"refused": {"code": refusal.code, "reason": refusal.reason}}
    except MemoryError:
        return {"refused": {"code": "too-much-memory", "reason": "The file takes more memory than it is given"}}
    except Exception:  # noqa: BLE001  the parent decides what an unforeseen failure means
        return {"failed": traceback.format_exc()}


def main() -> None:
    confine(int(sys.argv[1]))
    # libraries that print must not write into the answers
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    shut_loaders()
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
