"""`manage.py create_key USERNAME`: an API key, whose secret is shown this once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from foundation.accounts.choices import Role
from foundation.accounts.models import User
from foundation.accounts.services import create_api_key, create_user, grant_role
from foundation.core import moment
from foundation.core.actors import system


class Command(BaseCommand):
    help = "Issue an API key that acts for a user, and print its secret. Nobody can read it again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what the key is for")
        parser.add_argument("--days", type=int, help="how long it holds; without an end when not given")
        roles = [role.value for role in Role]
        parser.add_argument("--role", choices=roles, help="make a service account with this role if there is no user")

    @transaction.atomic
    def handle(self, *args: Any, username: str, name: str, days: int | None, **options: Any) -> None:
        actor = system("create_key")
        user = User.objects.filter(username=username).first()
        if user is None:
            if not options["role"]:
                raise CommandError(f"There is no user {username!r}; with --role a service account is made")
            user = create_user(username=username, is_service=True, actor=actor)
            grant_role(holder=user, role=Role(options["role"]), actor=actor)
        elif options["role"]:
            raise CommandError(f"There is a user {username!r} already, with roles of their own; leave --role out")
        if days is not None and days < 1:
            raise CommandError("A key holds for at least one day")
        expires_at = moment.now() + timedelta(days=days) if days else None
        _, secret = create_api_key(user=user, name=name, actor=actor, expires_at=expires_at)
        self.stdout.write(secret)
