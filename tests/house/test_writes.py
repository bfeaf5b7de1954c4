"""Services are the only writers."""

from __future__ import annotations

import ast
import re

import pytest
from django.contrib import admin

from . import exempt
from .tree import Finding, calls, imports, is_in, layer_of, parse, room_of, show, sources

ALWAYS = {"bulk_create", "bulk_update", "get_or_create", "update_or_create", "_raw_delete"}
SQL = re.compile(r"^\s*(INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|TRUNCATE|COPY\s+\S+.*\sFROM)\b", re.IGNORECASE)
EDGE_NAMES = ("rest_framework", "django.http", "django.shortcuts", "django.views")


def is_write(node: ast.Call, name: str) -> bool:
    """Would the ORM write? Told from dictionaries, images and caches by the shape of the arguments."""
    name = name.removeprefix("a") if name in {"asave", "acreate", "aupdate", "adelete"} else name
    if not isinstance(node.func, ast.Attribute):
        return False
    if isinstance(node.func.value, ast.Call) and ast.unparse(node.func.value) == "super()":
        return False
    match name:
        case "create" | "update":  # dict.update(other) and Hash.update(data) take a positional argument
            return bool(node.keywords) and not node.args
        case "save":  # Image.save(path) takes one
            return not node.args
        case "delete":  # cache.delete(key) takes one
            return not node.args and not node.keywords
    return name.removeprefix("a") in ALWAYS or name in ALWAYS


def writes(path: str, source: str) -> list[Finding]:
    found = [(path, node.lineno, f"{dotted}()") for node, last, dotted in calls(source) if is_write(node, last)]
    return found + [
        (path, node.lineno, node.value.strip()[:40])
        for node in ast.walk(parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]


def is_service(path: str) -> bool:
    return layer_of(path) == "services"


def knows_the_web(path: str, source: str) -> list[Finding]:
    return [(path, line, name) for line, name in imports(source) if name.startswith(EDGE_NAMES)]


def test_only_services_write() -> None:
    found = [
        hit
        for path, text in sources()
        if not is_service(path) and not is_in(path, exempt.WRITERS)
        for hit in writes(path, text)
    ]
    assert not found, show(found)


@pytest.mark.parametrize(
    "line",
    [
        "product.save()",
        "product.save(update_fields=['sku'])",
        "Product.objects.create(sku='A')",
        "Product.objects.filter(pk=1).update(sku='A')",
        "product.delete()",
        "Product.objects.bulk_create(rows)",
        "await Product.objects.aget_or_create(sku='A')",
        "await product.asave()",
        "cursor.execute('INSERT INTO pim_product VALUES (1)')",
        "SQL = 'update pim_product set sku = 1'",
    ],
)
def test_a_write_is_seen(line: str) -> None:
    assert len(writes("x.py", line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "d.update(other)",
        "digest.update(b'')",
        "image.save(path)",
        "cache.delete('k')",
        "'Update available'",
        "save()",
    ],
)
def test_what_is_no_write_is_left_alone(line: str) -> None:
    assert not writes("x.py", line)


def test_inner_layers_do_not_know_the_web() -> None:
    inner = {"services", "queries", "models", "events"}
    found = [hit for path, text in sources() if layer_of(path) in inner for hit in knows_the_web(path, text)]
    assert not found, show(found)


def test_knowing_the_web_is_seen() -> None:
    assert knows_the_web("x.py", "from django.http import HttpRequest") == [("x.py", 1, "django.http.HttpRequest")]


class _Anyone:
    """A request of somebody who may do everything."""

    class user:  # noqa: N801 (stands in for an instance)
        is_active = is_staff = is_superuser = True
        has_perm = staticmethod(lambda *_: True)


def is_side_door(door: admin.ModelAdmin) -> bool:
    """Can rows be changed here without a service?"""
    request = _Anyone()
    permissions = (door.has_add_permission, door.has_change_permission, door.has_delete_permission)
    may_add, may_change, may_delete = (permission(request) for permission in permissions)  # type: ignore[arg-type]
    kind, stock = type(door), admin.ModelAdmin
    saves_itself = kind.save_model is stock.save_model
    deletes_itself = kind.delete_model is stock.delete_model or kind.delete_queryset is stock.delete_queryset
    return ((may_add or may_change) and saves_itself) or (may_delete and deletes_itself)


def test_the_admin_is_no_side_door() -> None:
    doors = {
        model._meta.label: door for model, door in admin.site._registry.items() if room_of(model.__module__) is not None
    }
    assert not {name for name, door in doors.items() if is_side_door(door)} - set(exempt.OWN_WRITING_ADMINS)
    assert set(exempt.OWN_WRITING_ADMINS) <= set(doors), "stale entry"


def test_a_side_door_is_seen() -> None:
    from django.contrib.contenttypes.models import ContentType

    class Shut(admin.ModelAdmin):
        def has_add_permission(self, request: object, obj: object = None) -> bool:
            return False

        has_change_permission = has_delete_permission = has_add_permission

    assert is_side_door(admin.ModelAdmin(ContentType, admin.site))
    assert not is_side_door(Shut(ContentType, admin.site))
