"""Everything out, everything in, and the same again. G7 in the small; fault 27."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from foundation.archive import fsck
from foundation.archive.registry import DERIVED, EXPORTERS
from foundation.archive.services import export_everything, import_everything, tables
from foundation.blobs.services import path_of, store_blob
from foundation.core.errors import Conflict, Invalid
from foundation.events.models import Cursor, Event
from foundation.events.sequencing import drain
from foundation.history.models import Revision
from foundation.markets.models import Market

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(world, steward, tmp_path):
    """An instance with some of everything that the foundation has."""
    store_blob(b"some bytes of a picture", media_type="image/x-test")
    drain()
    return tmp_path


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tandem.importing', 'on', true)")
        names = ", ".join([*tables(), "events_cursor"])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"TRUNCATE {names} CASCADE")
        cursor.execute("SELECT set_config('tandem.importing', 'off', true)")


def test_out_in_and_out_again_is_the_same(filled):
    first = export_everything(filled / "first")
    assert first["tables"]["markets_market"]["rows"] == 4
    assert first["blobs"] >= 1
    revisions = Revision.objects.count()
    empty()
    import_everything(filled / "first")
    second = export_everything(filled / "second")
    assert second == first
    assert Revision.objects.count() == revisions


def test_numbers_go_on_and_consumers_do_not_react_again(filled):
    export_everything(filled / "first")
    end = Event.objects.latest("position").position
    empty()
    import_everything(filled / "first")
    assert set(Cursor.objects.values_list("position", flat=True)) <= {end}
    market = Market.objects.create(code="NEW", name="new", territories=["CH"], currency="CHF")
    assert market.pk > Market.objects.exclude(code="NEW").latest("pk").pk


def test_a_changed_file_is_refused_and_nothing_is_loaded(filled):
    export_everything(filled / "first")
    path = filled / "first" / "data" / "markets_market.jsonl"
    path.write_text(path.read_text().replace("GBP", "EUR"))
    empty()
    with pytest.raises(Invalid, match=r"markets_market\.jsonl was changed"):
        import_everything(filled / "first")
    assert not Market.objects.exists()


def test_a_full_instance_is_not_overwritten(filled):
    export_everything(filled / "first")
    with pytest.raises(Conflict, match="not empty"):
        import_everything(filled / "first")


def test_every_table_is_either_carried_or_excused():
    ours = {
        model._meta.label
        for model in apps.get_models()
        if not model.__module__.startswith(("django.", "rest_framework"))
    }
    assert ours - EXPORTERS.keys() - DERIVED.keys() == set()
    assert EXPORTERS.keys() & DERIVED.keys() == set()


def test_the_manifest_tells_rows_bytes_and_digests(filled):
    export_everything(filled / "first")
    manifest = json.loads((filled / "first" / "manifest.json").read_text())
    for table, facts in manifest["tables"].items():
        data = (filled / "first" / "data" / f"{table}.jsonl").read_bytes()
        assert (data.count(b"\n"), len(data)) == (facts["rows"], facts["bytes"])


class TestFsck:
    def test_a_quiet_house_is_clean(self, filled, capsys):
        call_command("fsck")

    def test_a_waiting_event_is_named(self, world):
        assert list(fsck.outbox_is_empty()) != []
        drain()
        assert list(fsck.outbox_is_empty()) == []

    def test_lost_bytes_are_named(self, filled):
        blob = store_blob(b"to be lost", media_type="text/plain")
        Path(default_storage.path(path_of(blob.pk))).unlink()
        assert list(fsck.blobs_have_bytes()) == [f"blob {blob.pk} has a row and no bytes"]
        with pytest.raises(CommandError, match="1 things are wrong"):
            call_command("fsck")

    @pytest.mark.django_db(transaction=True)
    def test_a_change_past_the_services_is_named(self, filled):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE markets_scope SET locale_id = 'en-GB' WHERE locale_id = 'en-US'")
        [found] = fsck.no_change_without_event()
        assert "changed 1 rows (markets_scope, …) and appended no event" in found
