"""Answers to proposals, their work items, and taking answers back."""

from __future__ import annotations

import pytest

from associations.errors import AlreadyDecided, RoleTaken
from associations.services import (
    bind_asset,
    confirm_proposal,
    propose_binding,
    reject_proposal,
    unbind_asset,
    undo_decision,
)
from foundation.core.errors import Conflict, Denied
from foundation.workflow.models import WorkItem

from . import factories as make
from .observing import open_items, shown, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal(coats):
    return ask(coats.red, make.asset("Front"))


def ask(product, asset, role="gallery", actor=make.HOUSE):
    evidence = {"sentence": "The file name begins with it."}
    return propose_binding(product=product, asset=asset, role=role, source="filename", evidence=evidence, actor=actor)


def test_a_proposal_asks_once(coats, proposal) -> None:
    again = ask(coats.red, proposal.asset)
    assert again.pk == proposal.pk
    assert open_items() == {f"proposal:{proposal.uid}"}
    item = WorkItem.objects.get()
    assert (item.kind, item.subject, item.title) == ("proposal", proposal.uid, "Does Front show COAT-RED?")
    assert item.detail["sentence"] == "The file name begins with it."
    assert told() == ["proposed"]


def test_who_proposes(coats) -> None:
    assert ask(coats.red, make.asset("A"), actor=make.STUDIO).status == "proposed"
    nobody = make.actor(make.Role.MERCHANT, "mia")
    with pytest.raises(Denied):
        ask(coats.red, make.asset("B"), actor=nobody)


def test_yes_binds_in_the_role_that_was_chosen(proposal) -> None:
    confirm_proposal(uid=proposal.uid, actor=make.STEWARD, role="hero")
    confirm_proposal(uid=proposal.uid, actor=make.STEWARD, role="hero")
    assert shown(proposal.asset) == {("COAT-RED", "", "hero", "active", "filename")}
    assert open_items() == set()
    assert WorkItem.objects.get().outcome == "confirmed"
    assert told() == ["proposed", "confirmed"]
    with pytest.raises(AlreadyDecided):
        reject_proposal(uid=proposal.uid, actor=make.STEWARD)


def test_no_is_kept_with_its_reason(proposal) -> None:
    reject_proposal(uid=proposal.uid, actor=make.STEWARD, reason="another coat")
    gone = reject_proposal(uid=proposal.uid, actor=make.STEWARD)
    assert (gone.status, gone.settled_by, gone.reason) == ("rejected", "person", "another coat")
    assert open_items() == set()
    assert told() == ["proposed", "rejected"]
    with pytest.raises(AlreadyDecided):
        confirm_proposal(uid=proposal.uid, actor=make.STEWARD)


def test_a_refused_answer_leaves_the_question(coats, proposal) -> None:
    bind_asset(product=coats.red, asset=make.asset("Present"), role="hero", actor=make.STEWARD)
    with pytest.raises(RoleTaken, match="Present"):
        confirm_proposal(uid=proposal.uid, actor=make.STEWARD, role="hero")
    for service in (confirm_proposal, reject_proposal, undo_decision):
        with pytest.raises(Denied):
            service(uid=proposal.uid, actor=make.STUDIO)
    assert open_items() == {f"proposal:{proposal.uid}"}
    assert told() == ["proposed", "created"]


def test_answers_are_taken_back(proposal) -> None:
    confirm_proposal(uid=proposal.uid, actor=make.STEWARD, role="hero")
    undo_decision(uid=proposal.uid, actor=make.STEWARD)
    assert shown(proposal.asset) == {("COAT-RED", "", "gallery", "proposed", "filename")}
    reject_proposal(uid=proposal.uid, actor=make.STEWARD)
    undo_decision(uid=proposal.uid, actor=make.STEWARD)
    assert open_items() == {f"proposal:{proposal.uid}"}
    assert told() == ["proposed", "confirmed", "removed", "proposed", "rejected", "proposed"]


def test_what_was_never_asked_or_was_bound_since_is_not_taken_back(coats, proposal) -> None:
    by_hand = bind_asset(product=coats.blue, asset=make.asset("B"), role="gallery", actor=make.STEWARD)
    with pytest.raises(AlreadyDecided):
        undo_decision(uid=by_hand.uid, actor=make.STEWARD)
    reject_proposal(uid=proposal.uid, actor=make.STEWARD)
    bind_asset(product=coats.red, asset=proposal.asset, role="detail", actor=make.STEWARD)
    with pytest.raises(Conflict, match="since"):
        undo_decision(uid=proposal.uid, actor=make.STEWARD)


def test_binding_by_hand_answers_the_open_proposal(coats, proposal) -> None:
    bound = bind_asset(product=coats.red, asset=proposal.asset, role="detail", actor=make.STEWARD)
    assert bound.pk == proposal.pk
    assert shown(proposal.asset) == {("COAT-RED", "", "detail", "active", "filename")}
    assert open_items() == set()
    with pytest.raises(AlreadyDecided, match="not wait"):
        reject_proposal(uid=proposal.uid, actor=make.STEWARD)


def test_a_proposal_is_not_unbound(proposal) -> None:
    with pytest.raises(AlreadyDecided, match="confirm or reject"):
        unbind_asset(uid=proposal.uid, actor=make.STEWARD)
