"""Which tables are truth, in the rooms' own words, and the checks that fsck runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

EXPORTERS: dict[str, Exporter] = {}
DERIVED: dict[str, str] = {}
CHECKS: dict[str, Check] = {}


@dataclass(frozen=True)
class Exporter:
    """One truth table; its auto-made many-to-many tables go with it."""

    model: type[Model]

    @property
    def tables(self) -> list[str]:
        many: list[Any] = [field.remote_field.through for field in self.model._meta.local_many_to_many]
        return [self.model._meta.db_table, *(one._meta.db_table for one in many if one._meta.auto_created)]


@dataclass(frozen=True)
class Check:
    """One invariant: yields a sentence for each thing that is wrong."""

    name: str
    find: Callable[[], Iterable[str]]


def export_models(*models: type[Model]) -> None:
    """Register truth tables."""
    for model in models:
        EXPORTERS[model._meta.label] = Exporter(model)


def derived_models(reason: str, *models: type[Model]) -> None:
    """Register tables that are not carried, with the reason."""
    for model in models:
        DERIVED[model._meta.label] = reason


def fsck_check(name: str) -> Callable[[Callable[[], Iterable[str]]], Callable[[], Iterable[str]]]:
    """Register a check for `manage.py fsck`."""

    def register(find: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
        CHECKS[name] = Check(name, find)
        return find

    return register
