"""Command line: ``python -m config.demo.marketplace --port 0 --state DIR``; prints its URL."""

import argparse
import ctypes
import os
import signal
import sys
from pathlib import Path
from threading import Thread

from config.demo.marketplace.rulebook import DEFAULT, RuleBook
from config.demo.marketplace.server import Marketplace

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with(parent: int) -> None:
    """Ask Linux to stop this process when the thread that started it ends; elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit(0)


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    parent = os.getppid()
    parser = argparse.ArgumentParser(prog="config.demo.marketplace", description="Play a marketplace over HTTP.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps feeds and listings")
    parser.add_argument("--rules", type=Path, default=DEFAULT, help="rule book as JSON")
    parser.add_argument("--key", default=os.environ.get("MARKETPLACE_KEY", "demo-marketplace-key"), help="Bearer key")
    options = parser.parse_args(argv)
    die_with(parent)
    server = Marketplace((options.host, options.port), options.state, RuleBook.load(options.rules), options.key)

    def stop(*_: object) -> None:
        Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
