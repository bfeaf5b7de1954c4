"""`manage.py demo`: the main job on files, a scorecard of what was seen, and the application left running."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.demo.files import Scale, make_files
from config.stack import Process, Stack, StackError
from config.stack.console import Console
from config.stack.health import Http
from config.stack.ports import HOST, free_port
from config.stack.stack import ROOT
from config.stack.supervisor import interruptible


@dataclass(frozen=True)
class Neighbour:
    """The marketplace of the story."""

    process: Process
    port: int
    key: str


class Command(BaseCommand):
    help = "Start the stack, run the main job on files, print the scorecard, and stay until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000), help="of the pages")
        parser.add_argument("--leave", action="store_true", help="stop everything after the scorecard")

    def handle(self, *, port: int, leave: bool, **options: Any) -> None:
        began = time.monotonic()
        with interruptible(), Stack(port=port, console=Console(quiet=True)) as stack:
            try:
                self.say("Starting PostgreSQL, Valkey, the pages, delivery, the sequencer and two workers …")
                marketplace = self.marketplace(stack.var_dir)
                stack.start()
                stack.supervisor.launch(marketplace.process)
                stack.wait_healthy()
                self.say(f"All healthy after {time.monotonic() - began:.0f} s; logs are in {stack.supervisor.log_dir}")
                code = self.tell(stack, self.files(stack.var_dir / "demo"), marketplace)
                if not leave:
                    code = stack.foreground() or code
            except StackError as error:
                self.stderr.write(str(error))
                code = 1
            except KeyboardInterrupt:
                code = 0
        sys.exit(code)

    def files(self, folder: Path) -> Path:
        """The supplier's files and the shoot, made once from a seed and foreign from then on."""
        if not (folder / "manifest.json").exists():
            self.say("Drawing a photo shoot and writing supplier files …")
            make_files(folder, seed=7, scale=Scale())
        return folder

    def marketplace(self, var_dir: Path) -> Neighbour:
        """Somebody else's house: a process with rules of its own, to which feeds are sent."""
        port, key = free_port(), "demo-marketplace-key"
        os.environ["OUTGOING_HOSTS"] = HOST  # the one address that this stack may send to
        argv = [sys.executable, "-m", "config.demo.marketplace", "--port", str(port), "--key", key]
        argv += ["--state", str(var_dir / "demo" / "marketplace")]
        return Neighbour(Process("marketplace", argv, cwd=ROOT, health=Http(HOST, port, "/health")), port, key)

    def tell(self, stack: Stack, folder: Path, marketplace: Neighbour) -> int:
        """Run the story in a process that sees the house from outside."""
        command = [sys.executable, "-m", "config.demo.story", str(folder), str(stack.var_dir / "scorecard.json")]
        where = {"MARKETPLACE_URL": f"http://{HOST}:{marketplace.port}", "MARKETPLACE_KEY": marketplace.key}
        story = subprocess.run(command, cwd=ROOT, env=os.environ | stack.env | where, check=False)
        return story.returncode

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
