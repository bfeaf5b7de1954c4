"""The parent's side: a child that is kept warm, asked one file at a time, and replaced when it dies."""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dam.imaging.limits import CHILD_REQUESTS, SECONDS, Refusal

ROOT = Path(__file__).resolve().parents[2]
# All that the child gets to see of our environment.
ENVIRONMENT = {
    "PATH": os.defpath,
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "LANG": "C.UTF-8",
    "VIPS_BLOCK_UNTRUSTED": "1",
    "VIPS_CONCURRENCY": "1",
    "MALLOC_ARENA_MAX": "2",
}


class ChildDied(Exception):
    """The child is gone in the middle of a request."""


class ChildFailed(Exception):
    """The child met something that nobody foresaw; it says where."""


class Sandbox:
    """One child process."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.served = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dam.imaging", str(self.owner)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=ENVIRONMENT,
        )

    def is_usable(self) -> bool:
        return self.owner == os.getpid() and self.served < CHILD_REQUESTS and self.process.poll() is None

    def ask(self, request: dict[str, Any], *, seconds: float) -> Any:
        """The child's answer. Raises `Refusal`, `ChildFailed` or `ChildDied`."""
        self.served += 1
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None and stdout is not None  # noqa: S101, PT018  both are pipes
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
        except BrokenPipeError:
            raise ChildDied from None
        line = _read_line(stdout.fileno(), time.monotonic() + seconds)
        if line is None:
            self.close()
            raise Refusal("too-slow", f"The file was not understood within {seconds:g} seconds")
        if not line.endswith(b"\n"):
            raise ChildDied
        answer = json.loads(line)
        if "refused" in answer:
            raise Refusal(answer["refused"]["code"], answer["refused"]["reason"])
        if "failed" in answer:
            raise ChildFailed(answer["failed"])
        return answer["result"]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue


_idle: list[Sandbox] = []
_lock = threading.Lock()


@contextmanager
def _borrowed(*, fresh: bool) -> Iterator[Sandbox]:
    sandbox = None
    if not fresh:
        with _lock:
            while _idle and sandbox is None:
                found = _idle.pop()
                if found.is_usable():
                    sandbox = found
                else:
                    _dismiss(found)
    sandbox = sandbox or Sandbox()
    try:
        yield sandbox
    finally:
        if sandbox.is_usable():
            with _lock:
                _idle.append(sandbox)
        else:
            _dismiss(sandbox)


def _dismiss(sandbox: Sandbox) -> None:
    # after a fork the child is our parent's, and not ours to end
    if sandbox.owner == os.getpid():
        sandbox.close()


def close_sandboxes() -> None:
    """End the idle children of this process."""
    with _lock:
        while _idle:
            _dismiss(_idle.pop())


atexit.register(close_sandboxes)


def inspect_file(path: Path, *, seconds: float = SECONDS) -> dict[str, Any]:
    """What ingest keeps of a file; raises `Refusal` for what is not let in."""
    result: dict[str, Any] = _ask({"do": "inspect", "path": str(path)}, seconds)
    return result


def render_file(
    path: Path, *, media_type: str, recipes: dict[str, dict[str, Any]], folder: Path, seconds: float = SECONDS
) -> dict[str, dict[str, Any]]:
    """Write a rendition per recipe into the folder, under the recipe's name; what each is."""
    request = {
        "do": "render",
        "path": str(path),
        "media_type": media_type,
        "recipes": recipes,
        "folder": str(folder),
    }
    result: dict[str, dict[str, Any]] = _ask(request, seconds)
    return result


def _ask(request: dict[str, Any], seconds: float) -> Any:
    """Ask a warm child; one that dies may have been ill before, so a fresh one has the last word."""
    try:
        with _borrowed(fresh=False) as sandbox:
            return sandbox.ask(request, seconds=seconds)
    except ChildDied:
        pass
    try:
        with _borrowed(fresh=True) as sandbox:
            return sandbox.ask(request, seconds=seconds)
    except ChildDied:
        raise Refusal("decoder-died", "Decoding the file ended the decoder") from None


def _read_line(handle: int, deadline: float) -> bytes | None:
    """One line, what came of it before the pipe closed, or None when time is up."""
    parts: list[bytes] = []
    while not parts or not parts[-1].endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([handle], [], [], left)[0]:
            return None
        chunk = os.read(handle, 65536)
        if not chunk:
            break
        parts.append(chunk)
    return b"".join(parts)
