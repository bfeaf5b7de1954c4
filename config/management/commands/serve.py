"""`manage.py serve`: everything on this machine, until Ctrl-C."""

import os
import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from config.stack import Stack


class Command(BaseCommand):
    help = "Start the whole stack (database and broker too, unless DATABASE_URL and REDIS_URL are set) and stay."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000), help="of the pages")
        parser.add_argument("--media-port", type=int, help="of the media; the next one when not given")

    def handle(self, *, port: int, media_port: int | None, **options: object) -> None:
        sys.exit(Stack(port=port, media_port=media_port).run())
