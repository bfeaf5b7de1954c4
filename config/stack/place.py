"""Where the embedded services keep their files, whose these are, and that one stack at a time uses them."""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
from pathlib import Path
from typing import IO

from config.stack.process import StackError

Owner = tuple[int, int]


def unprivileged() -> Owner | None:
    """The user a service must become because PostgreSQL refuses to run as root; None for anybody else."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return (65534, 65534)
    return (entry.pw_uid, entry.pw_gid)


def place_for(directory: Path) -> Path:
    """The directory itself, or for root one that `nobody` can reach whatever the parents' permissions are."""
    if unprivileged() is None:
        return directory
    digest = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()
    return Path("/var/tmp") / f"tandem-{digest[:16]}"  # noqa: S108  make_private refuses a planted one


def make_private(path: Path, owner: Owner | None) -> None:
    """Create the directory for its owner alone. One that somebody else put there first is refused."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = path.lstat()
    mine = {os.geteuid(), owner[0] if owner else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in mine:
        raise StackError(f"{path} belongs to somebody else (user id {found.st_uid}); remove it and try again.")
    path.chmod(0o700)
    if owner:
        os.chown(path, *owner)


def write_private(path: Path, text: str, owner: Owner | None = None) -> None:
    """Replace a file that only its owner may read, in one step."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    if owner:
        os.chown(draft, *owner)
    draft.replace(path)


def remove(directory: Path) -> None:
    for path in {directory, place_for(directory)}:
        shutil.rmtree(path, ignore_errors=True)


class Lock:
    """Held by the one stack that serves a directory; gone with its process, however that ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def take(self) -> bool:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file
        return True

    def holder(self) -> str:
        return self.path.read_text().strip() or "unknown"

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
