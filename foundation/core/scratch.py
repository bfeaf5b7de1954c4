"""Files and folders for the moment. Each is locked as long as its process lives, so that what a killed process
has left is known for what it is: the next to make one of the kind removes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """A folder in the system's place for such, gone afterwards."""
    prefix = f"tandem-{name}-"
    with _held(Path(tempfile.gettempdir()), prefix, lambda: Path(tempfile.mkdtemp(prefix=prefix))) as path:
        yield path


@contextmanager
def scratch_file(folder: Path, prefix: str) -> Iterator[Path]:
    """An empty file in this folder, gone afterwards unless it was moved to another name."""

    def make() -> Path:
        handle, name = tempfile.mkstemp(dir=folder, prefix=prefix)
        os.close(handle)
        return Path(name)

    with _held(folder, prefix, make) as path:
        yield path


@contextmanager
def _held(folder: Path, prefix: str, make: Callable[[], Path]) -> Iterator[Path]:
    _remove_abandoned(folder, prefix)
    path, handle = _make_and_lock(make)
    try:
        yield path
    finally:
        _remove(path)
        os.close(handle)


def _make_and_lock(make: Callable[[], Path]) -> tuple[Path, int]:
    """Again when somebody has taken it for abandoned before it was locked."""
    while True:
        path = make()
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        fcntl.flock(handle, fcntl.LOCK_EX)
        if path.exists():
            return path, handle
        os.close(handle)


def _remove_abandoned(folder: Path, prefix: str) -> None:
    for path in folder.glob(f"{prefix}*"):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:  # gone by now, or another user's
            continue
        try:
            if os.fstat(handle).st_uid == os.geteuid():
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(path)
        except BlockingIOError:
            continue
        finally:
            os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
