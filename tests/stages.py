"""Houses in which many tests begin, each built once a worker in a database of its own; what a test changes there is
rolled back. Tests that commit build theirs anew, in the database that they empty afterwards.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

Build = Callable[[], dict[str, Any]]
COMMITTING = frozenset({"transactional_db", "live_server"})


@dataclass(eq=False)
class Stage:
    """`build` gives what the fixtures of the stage are, by their names."""

    name: str
    build: Build
    gives: frozenset[str]
    kept: bytes = b""

    @property
    def database(self) -> str:
        return f"{_home()}_{self.name}"

    def set_up(self) -> None:
        from django.db import connections
        from psycopg import sql

        from tests.conftest import _clone, _drop, _server, _template

        with _server() as server:
            _drop(server, self.database)
            _clone(server, self.database, _template())
            server.execute(
                sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(self.database))
            )
        _enter(self.database)
        self.kept = pickle.dumps(self.build())
        connections["default"].close()


_active: list[Stage] = []
_homes: list[str] = []


def staged(name: str, build: Build, *, gives: tuple[str, ...] = ()) -> Any:
    """A fixture that is `build()[name]`."""
    stage = Stage(name, build, frozenset({name, *gives}))

    def fixture(db: None) -> Any:
        giving = next((one for one in _active if name in one.gives), None)
        return pickle.loads(giving.kept)[name] if giving else build()[name]  # noqa: S301  made by this process

    fixture.stage = stage  # type: ignore[attr-defined]
    return pytest.fixture(fixture, name=name)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Iterator[None]:
    """Before a test's transaction begins: in which database it does."""
    if fixturedef.argname == "_django_db_helper":
        _active[:] = [stage] if (stage := _stage_of(request)) else []
        if stage and not stage.kept:
            with request.getfixturevalue("django_db_blocker").unblock():
                stage.set_up()
        _enter(stage.database if stage else _home())
    return (yield)


def _stage_of(request: Any) -> Stage | None:
    """The one that gives most of what the test asks for."""
    marker = request.node.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or COMMITTING & {*request.fixturenames}:
        return None
    manager = request._fixturemanager
    definitions = (one for name in request.fixturenames for one in manager.getfixturedefs(name, request.node) or ())
    stages = [one.func.stage for one in definitions if hasattr(one.func, "stage")]
    return max(stages, key=lambda one: len(one.gives), default=None)


def _home() -> str:
    from django.db import connections

    if not _homes:
        _homes.append(str(connections["default"].settings_dict["NAME"]))
    return _homes[0]


def _enter(database: str) -> None:
    """While a browser's loop runs, Django keeps another connection than without one: each is asked where it is."""
    from django.db import connections

    connection = connections["default"]
    connection.settings_dict["NAME"] = database
    if (there := connection.connection) and (there.closed or there.info.dbname != database):
        connection.close()
