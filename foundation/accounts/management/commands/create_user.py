"""`manage.py create_user USERNAME --role ROLE`: a person, with a password that is asked for."""

from __future__ import annotations

from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from foundation.accounts.choices import Dimension, Role
from foundation.accounts.models import User
from foundation.accounts.services import create_user, grant_role
from foundation.core.actors import system


class Command(BaseCommand):
    help = "Create a person with a role, everywhere or in one market. Administrators see the admin as well."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", choices=[role.value for role in Role], required=True)
        parser.add_argument("--market", default="", help="code of the one market that they are limited to")
        parser.add_argument("--full-name", default="")

    def handle(self, *args: Any, username: str, role: str, market: str, **options: Any) -> None:
        if User.objects.filter(username=username).exists():
            raise CommandError(f"There is a user {username!r} already")
        password = getpass("Password: ")
        try:
            validate_password(password, User(username=username))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        actor, is_admin = system("create_user"), role == Role.ADMINISTRATOR
        dimension = Dimension.MARKET if market else Dimension.EVERYWHERE
        with transaction.atomic():
            user = create_user(
                username=username,
                name=options["full_name"],
                password=password,
                is_staff=is_admin,
                is_superuser=is_admin,
                actor=actor,
            )
            grant_role(holder=user, role=Role(role), dimension=dimension, code=market, actor=actor)
        self.stdout.write(f"{username} can sign in")
