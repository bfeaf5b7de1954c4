"""Imports and foreign keys point downward; every part of the house stands in the import linter's lists."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models

from . import exempt
from .tree import CONTRACTS, OUTSIDE, RANK, ROOMS, ROOT, Finding, calls, is_in, layers, room_of, show, sources

Edge = tuple[str, str, str]  # field, room of its model, room that it points at


def packages(folder: Path) -> set[str]:
    return {child.parent.name for child in folder.glob("*/__init__.py")}


def unlisted_modules(folder: Path, allowed: set[str]) -> set[str]:
    """Modules and packages of a room that the linter's layers do not name, such as a stray helpers.py."""
    found = {file.stem for file in folder.glob("*.py")} | packages(folder)
    return found - allowed - {"__init__", "migrations"}


def wrong_edges(edges: Iterable[Edge], rank: dict[str, int]) -> list[str]:
    """Relations that point up or sideways."""
    return [
        f"{field}: {source} may not point at {target}"
        for field, source, target in edges
        if source != target and rank[target] >= rank[source]
    ]


def relations() -> Iterable[Edge]:
    for model in apps.get_models(include_auto_created=True):
        source = room_of(model.__module__)
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            related = field.related_model
            if source is None or not isinstance(related, type) or not issubclass(related, models.Model):
                continue
            target = room_of(related.__module__)
            # Users are named by the setting, so that rooms below accounts can say who did it.
            if target is not None and related._meta.label != settings.AUTH_USER_MODEL:
                yield f"{model._meta.label}.{field.name}", source, target


def lookups(path: str, source: str) -> list[Finding]:
    """Calls that fetch a model by its name, which no import linter sees."""
    return [(path, node.lineno, dotted) for node, last, dotted in calls(source) if last == "get_model"]


def test_every_top_level_package_is_listed() -> None:
    assert packages(ROOT) - set(OUTSIDE) == set(ROOMS)
    assert {name.split(".")[0] for name in RANK} == set(ROOMS)


def test_every_foundation_app_has_its_place() -> None:
    assert {f"foundation.{name}" for name in packages(ROOT / "foundation")} <= set(RANK)


def test_every_module_of_a_room_has_its_place() -> None:
    listed = {name for group in layers("inside") for name in group}
    containers = CONTRACTS["inside"]["containers"]
    rooms = [ROOT / name for name in containers if name != "foundation.*"]
    rooms += [ROOT / "foundation" / name for name in packages(ROOT / "foundation") - {"core"}]
    strays = {f"{room.relative_to(ROOT)}/{name}" for room in rooms for name in unlisted_modules(room, listed)}
    assert not strays, "list them as layers in pyproject.toml, or find the room they belong to"


def test_a_stray_module_is_seen(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").touch()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").touch()
    assert unlisted_modules(tmp_path, {"models"}) == {"helpers"}


def test_relations_point_downward() -> None:
    assert not wrong_edges(relations(), RANK)


def test_a_relation_up_or_sideways_is_seen() -> None:
    edges = [
        ("a", "pim", "dam"),
        ("b", "foundation.core", "pim"),
        ("c", "pim", "foundation.core"),
        ("d", "pim", "pim"),
    ]
    assert [line[0] for line in wrong_edges(edges, RANK)] == ["a", "b"]


def test_models_are_imported_not_looked_up() -> None:
    found = [hit for path, text in sources() if not is_in(path, exempt.LOOKUPS) for hit in lookups(path, text)]
    assert not found, show(found)


def test_a_lookup_is_seen() -> None:
    assert lookups("x.py", "Asset = apps.get_model('dam', 'Asset')") == [("x.py", 1, "apps.get_model")]
