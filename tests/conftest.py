"""The test databases: one template, migrated by whoever needs it first, and a clone for each worker."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

# A busy machine is no finding.
settings.register_profile("tandem", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tandem")

LOCK = 6_021_023  # taken while the template is made


def pytest_configure() -> None:
    from django.conf import settings as of_django

    if not of_django.configured:
        return
    from django.test import TransactionTestCase

    from tests.emptying import empty_tables

    TransactionTestCase._fixture_teardown = empty_tables  # type: ignore[method-assign]
    of_django.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits until no transaction of this server is open comes when no other worker has a long one."""
    items.sort(key=lambda one: one.path.name == "test_audit_concurrency.py")


def _template() -> str:
    return os.environ["TANDEM_TEST_PREFIX"] + "template"


def _server() -> psycopg.Connection[Any]:
    return psycopg.connect(os.environ["TANDEM_TEST_SERVER"], autocommit=True)


def _drop(server: psycopg.Connection[Any], database: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _clone(server: psycopg.Connection[Any], database: str, template: str) -> None:
    names = sql.Identifier(database), sql.Identifier(template)
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))


def _migrate_template(server: psycopg.Connection[Any], draft: str) -> None:
    """In this worker's own database, then copied: a failed migration leaves no template behind."""
    from django.core.management import call_command
    from django.db import connection

    _clone(server, draft, "template0")
    call_command("migrate", interactive=False, verbosity=0)
    connection.close()
    _clone(server, _template(), draft)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    from django.db import connections

    mine = str(connections["default"].settings_dict["NAME"])
    with django_db_blocker.unblock(), _server() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_template()]).fetchone()
        if found:
            _clone(server, mine, _template())
        else:
            try:
                _migrate_template(server, mine)
            except BaseException:
                connections.close_all()
                _drop(server, mine)
                raise
        # Tests with transactions of their own end with a flush, which empties what only grows.
        server.execute(sql.SQL("ALTER DATABASE {} SET tandem.emptying = 'on'").format(sql.Identifier(mine)))
        connections.close_all()
    yield
    with django_db_blocker.unblock(), _server() as server:
        connections.close_all()
        _drop(server, mine)
