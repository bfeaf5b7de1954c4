"""The checks name what constraints cannot hold."""

from __future__ import annotations

import pytest

from associations.models import Binding
from associations.services import bind_asset, propose_binding
from foundation.archive.registry import CHECKS, EXPORTERS
from foundation.core import moment
from foundation.history.queries import changes_of
from foundation.history.services import recorded
from foundation.workflow.models import WorkItem

from . import factories as make

pytestmark = pytest.mark.django_db
NAMES = (
    "every open proposal has its work item, and the reverse",
    "no binding points at a deleted asset",
    "nothing was bound by its file name",
    "settled bindings say when and by what",
)


def complaints() -> list[str]:
    return [sentence for name in NAMES for sentence in CHECKS[name].find()]


@pytest.fixture
def rows(coats):
    seems = {"source": "filename", "evidence": {"sentence": "So it seems."}}
    return (
        bind_asset(product=coats.red, asset=make.asset("A"), role="gallery", actor=make.STEWARD),
        propose_binding(product=coats.red, asset=make.asset("B"), role="gallery", actor=make.HOUSE, **seems),
    )


def test_a_sound_house_has_nothing_to_say(rows) -> None:
    assert complaints() == []
    assert "associations.Binding" in EXPORTERS


def test_each_damage_is_named(rows) -> None:
    bound, asked = rows
    with recorded(make.HOUSE):
        WorkItem.objects.filter(subject=asked.uid).update(cause_key="proposal:nothing")
        Binding.objects.filter(pk=bound.pk).update(settled_by="filename")
        Binding.objects.filter(pk=asked.pk).update(settled_by="person")
        bound.asset.deleted_at = moment.now()
        bound.asset.save()
    said = complaints()
    assert len(said) == 5
    assert f"proposal:{asked.uid} is open and has no work item" in said
    assert f"binding {bound.uid} is active by nothing but a file name" in said
    with recorded(make.HOUSE):
        Binding.objects.filter(pk=bound.pk).update(settled_by="")
    assert f"binding {bound.uid} is active and nobody decided it" in complaints()


def test_each_change_of_a_binding_is_history(rows) -> None:
    bound, _ = rows
    with recorded(make.HOUSE):
        Binding.objects.filter(pk=bound.pk).update(reason="looked again")
    assert [one.op for one in changes_of("associations_binding", bound.pk)] == ["U", "I"]
