"""The admin, fsck, and the configuration file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import results
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import RequestFactory

from foundation.accounts.services import create_user
from foundation.archive.registry import CHECKS
from foundation.events.sequencing import drain
from pim.models import Attribute, Family, Product
from pim.services import set_values

from .factories import HOUSE, MODEL, make_coat, make_cup, make_gtin

pytestmark = pytest.mark.django_db
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
OURS = (
    "completeness is what values say", "masks are the keys of values", "identifiers are the values",
    "products stand below their models",
)  # fmt: skip


def fsck() -> dict[str, list[str]]:
    return {name: found for name in OURS if (found := list(CHECKS[name].find()))}


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("name", "harm"),
    [
        (OURS[0], "UPDATE pim_completeness SET filled = filled + 1 WHERE id = (SELECT min(id) FROM pim_completeness)"),
        (OURS[0], "DELETE FROM pim_completeness WHERE id = (SELECT min(id) FROM pim_completeness)"),
        (OURS[0], "UPDATE pim_completeness SET root_id = 0 WHERE id = (SELECT min(id) FROM pim_completeness)"),
        (
            OURS[1],
            "ALTER TABLE pim_productvalues DISABLE TRIGGER keep_filled; UPDATE pim_productvalues SET vals = '{}'",
        ),
        (OURS[2], "DELETE FROM pim_identifier"),
        (OURS[2], "UPDATE pim_identifier SET value = '1'"),
        (OURS[3], "UPDATE pim_product SET root_id = id"),
    ],
)
def test_fsck_finds_what_was_broken_by_hand(name: str, harm: str) -> None:
    make_coat(variants=("red-s",))
    drain()
    assert not fsck()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(harm)
    assert name in fsck()


@pytest.mark.usefixtures("model")
def test_every_admin_list_shows_its_rows_and_none_writes(rf: RequestFactory, settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN}}
    make_coat()
    set_values(make_cup(gtin=make_gtin()), values={"name": "x"}, market="GB", reason="y", actor=HOUSE)
    drain()
    request = rf.get("/")
    request.user = create_user(username="root", is_staff=True, is_superuser=True, actor=HOUSE)
    ours = [one for model, one in admin.site._registry.items() if model._meta.app_label == "pim"]
    assert len(ours) == 19
    for one in ours:
        listed = one.get_changelist_instance(request)
        listed.formset = None
        rows = list(results(listed))
        assert len(rows) == one.model._default_manager.count()
        rights = (one.has_add_permission, one.has_change_permission, one.has_delete_permission)
        assert not any(may(request) for may in rights)
    found = admin.site._registry[Product].get_search_results(request, Product.objects.all(), "COAT-red-m")[0]
    assert [row.sku for row in found] == ["COAT-red-m"]


def test_configure_applies_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(MODEL))
    call_command("configure", str(path))
    assert "2 families" in capsys.readouterr().out
    assert (Family.objects.count(), Attribute.objects.count()) == (2, len(MODEL["attributes"]))
    assert not Product.objects.exists()
    for text in ("{", '{"format": "other"}'):
        path.write_text(text)
        with pytest.raises(CommandError):
            call_command("configure", str(path))
