"""What every model and migration owes its readers, its users and its next release."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.apps import apps
from django.db import connection, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState

from . import exempt
from .tree import room_of, tracked

Model = type[models.Model]
UNNAMED = re.compile(r"/migrations/\d+_(?:auto_\d|alter_.+_and_more|.*_and_more|migration)")


def own_models() -> list[Model]:
    return [
        model
        for model in apps.get_models()
        if room_of(model.__module__) and not model._meta.proxy and model._meta.managed
    ]


def truth_models() -> list[Model]:
    """Truth of the rooms above foundation."""
    from foundation.archive.registry import EXPORTERS

    own = [model for model in own_models() if model._meta.label in EXPORTERS]
    return [model for model in own if not str(room_of(model.__module__)).startswith("foundation.")]


def without_docstring(models_: Iterable[Model]) -> list[str]:
    """Django makes a docstring of the field names when there is none."""
    return [
        model._meta.label for model in models_ if not model.__doc__ or model.__doc__.startswith(f"{model.__name__}(")
    ]


def without_scope(models_: Iterable[Model]) -> list[str]:
    return [
        model._meta.label
        for model in models_
        if not callable(getattr(getattr(model, "objects", model._default_manager).all(), "visible_to", None))
    ]


def unnamed(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if UNNAMED.search(path)]


def test_models_say_what_a_row_means() -> None:
    assert not without_docstring(own_models())


def test_every_model_is_exported_or_derived() -> None:
    from foundation.archive.registry import DERIVED, EXPORTERS

    labels = {model._meta.label for model in own_models()}
    assert labels <= EXPORTERS.keys() | DERIVED.keys(), "register it in apps.py: export_models or derived_models"
    assert not EXPORTERS.keys() & DERIVED.keys()
    assert not [label for label, reason in DERIVED.items() if len(reason.split()) < 3]


def test_pages_read_only_what_a_person_may_see() -> None:
    assert set(without_scope(truth_models())) == set(exempt.NOT_SCOPED), "missing on the left, stale on the right"


def test_migrations_are_named() -> None:
    assert not unnamed(tracked())


def test_no_migration_is_missing() -> None:
    # As `makemigrations --check`, without asking a database what it has applied.
    loader = MigrationLoader(None, ignore_no_migrations=True)
    detector = MigrationAutodetector(
        loader.project_state(), ProjectState.from_apps(apps), NonInteractiveMigrationQuestioner()
    )
    changes = detector.changes(graph=loader.graph)
    missing = [
        f"{label}: {operation.describe()}" for label, found in changes.items() for operation in found[0].operations
    ]
    assert not missing
    assert not loader.detect_conflicts()
    assert connection.vendor == "postgresql"


def test_the_scanners_fire() -> None:
    from django.contrib.contenttypes.models import ContentType

    assert without_docstring([ContentType]) == ["contenttypes.ContentType"]
    assert without_scope([ContentType]) == ["contenttypes.ContentType"]
    assert unnamed(["a/migrations/0002_auto_2026.py", "a/migrations/0003_product_sku.py"]) == [
        "a/migrations/0002_auto_2026.py"
    ]
