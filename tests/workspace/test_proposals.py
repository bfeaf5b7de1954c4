from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from associations.choices import BindingStatus
from associations.models import Binding
from associations.services import confirm_proposal, reject_proposal
from foundation.workflow.models import WorkItem

from . import factories


def status(proposal: Any) -> str:
    return str(Binding.objects.get(pk=proposal.pk).status)


def toast(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer["HX-Trigger"])["toast"]
    return found


def test_the_desk_shows_the_oldest(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get("/proposals/")
    shown = answer.context["proposal"]
    assert shown.name == "ridge_1.jpg"
    assert shown.evidence == "The file name begins with the SKU."
    assert shown.product.sku == "RIDGE"
    assert [picture.role for picture in shown.product.pictures] == ["hero", "detail"]
    assert (str(answer.context["position"]), str(answer.context["total"])) == ("1", "3")
    assert answer.context["previous_url"] == ""
    second = browser_of(steward).get(answer.context["next_url"])
    assert (str(second.context["position"]), second.context["proposal"].name) == ("2", "ridge_2.jpg")


def test_nothing_waits(steward: Any, browser_of: Any) -> None:
    assert "No proposal waits" in browser_of(steward).get("/proposals/").content.decode()


def test_confirming_goes_on_to_the_next(window: Any, steward: Any, browser_of: Any) -> None:
    first, second, _ = window.proposals
    answer = browser_of(steward, htmx=True).post(f"/proposals/{first.uid}/confirm/")
    assert status(first) == BindingStatus.ACTIVE
    assert "<html" not in answer.content.decode()
    assert answer.context["proposal"].uid == second.uid
    assert answer["HX-Push-Url"] == f"/proposals/?proposal={second.uid}"
    assert toast(answer) == {
        "text": "Confirmed: it shows RIDGE",
        "tone": "ok",
        "undo": {"url": f"/proposals/{first.uid}/undo/", "target": "#desk"},
    }
    assert not WorkItem.objects.unfinished().filter(cause_key=f"proposal:{first.uid}").exists()


def test_undo_puts_it_back_on_the_desk(window: Any, steward: Any, browser_of: Any) -> None:
    first = window.proposals[0]
    client = browser_of(steward, htmx=True)
    client.post(f"/proposals/{first.uid}/reject/")
    assert status(first) == BindingStatus.REJECTED
    answer = client.post(f"/proposals/{first.uid}/undo/")
    assert status(first) == BindingStatus.PROPOSED
    assert answer.context["proposal"].uid == first.uid
    assert answer["HX-Push-Url"] == f"/proposals/?proposal={first.uid}"


def test_without_scripts_it_works_by_redirects(window: Any, steward: Any, browser_of: Any) -> None:
    first, second, _ = window.proposals
    client = browser_of(steward)
    answer = client.post(f"/proposals/{first.uid}/reject/")
    assert answer["Location"] == f"/proposals/?proposal={second.uid}"
    text = client.get(answer["Location"]).content.decode()
    assert "Rejected: it does not show RIDGE" in text
    assert f'action="/proposals/{first.uid}/undo/"' in text
    assert client.post(f"/proposals/{first.uid}/undo/")["Location"] == f"/proposals/?proposal={first.uid}"


def test_the_last_decision_empties_the_desk(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward, htmx=True)
    for proposal in window.proposals:
        answer = client.post(f"/proposals/{proposal.uid}/confirm/")
    assert "No proposal waits" in answer.content.decode()
    assert answer["HX-Push-Url"] == "/proposals/"


def test_what_somebody_else_decided_is_passed_over(
    window: Any, steward: Any, administrator: Any, browser_of: Any
) -> None:
    first, second, _ = window.proposals
    reject_proposal(uid=first.uid, actor=administrator)
    answer = browser_of(steward, htmx=True).post(f"/proposals/{first.uid}/confirm/")
    assert status(first) == BindingStatus.REJECTED
    assert answer.context["proposal"].uid == second.uid
    assert toast(answer)["tone"] == "bad"
    assert "undo" not in toast(answer)


def test_a_taken_role_keeps_it_on_the_desk(window: Any, steward: Any, browser_of: Any) -> None:
    asked = factories.propose(window.ridge, factories.make_asset("second-hero.jpg"), role="hero")
    answer = browser_of(steward, htmx=True).post(f"/proposals/{asked.uid}/confirm/")
    assert status(asked) == BindingStatus.PROPOSED
    assert answer.context["proposal"].uid == asked.uid
    assert toast(answer)["tone"] == "bad"


def test_who_may_not_decide_may_look(window: Any, merchant: Any, photographer: Any, browser_of: Any) -> None:
    first = window.proposals[0]
    for actor in (merchant, photographer):
        assert "may look, but not decide" in browser_of(actor).get("/proposals/").content.decode()
        for verb in ("confirm", "reject", "undo"):
            assert browser_of(actor).post(f"/proposals/{first.uid}/{verb}/").status_code == 403
            assert browser_of(actor, htmx=True).post(f"/proposals/{first.uid}/{verb}/").status_code == 403
    assert status(first) == BindingStatus.PROPOSED


def test_another_market_is_not_there(window: Any, outsider: Any, browser_of: Any) -> None:
    client = browser_of(outsider)
    assert "No proposal waits" in client.get("/proposals/").content.decode()
    assert client.get(f"/proposals/?proposal={window.proposals[0].uid}").context["proposal"] is None
    assert client.post(f"/proposals/{window.proposals[0].uid}/confirm/").status_code == 404
    assert status(window.proposals[0]) == BindingStatus.PROPOSED


def test_odd_addresses(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    assert str(client.get("/proposals/?proposal=nonsense").context["position"]) == "1"
    assert str(client.get(f"/proposals/?proposal={uuid4()}").context["position"]) == "1"
    assert client.post(f"/proposals/{uuid4()}/confirm/").status_code == 404
    assert client.get(f"/proposals/{window.proposals[0].uid}/confirm/").status_code == 405


def test_other_candidates_of_the_same_picture(window: Any, steward: Any, browser_of: Any) -> None:
    other = factories.propose(window.mac, window.loose[0], sentence="A barcode names it.")
    shown = browser_of(steward).get("/proposals/").context["proposal"].others
    assert [(one.sku, one.evidence, one.url) for one in shown] == [
        ("MAC", "A barcode names it.", f"/proposals/?proposal={other.uid}")
    ]


def test_a_confirmed_picture_is_on_the_product(window: Any, steward: Any, browser_of: Any) -> None:
    confirm_proposal(uid=window.proposals[0].uid, actor=steward)
    tiles = browser_of(steward).get(f"/products/{window.ridge.uid}/").context["gallery"].pictures
    assert [tile.name for tile in tiles] == ["ridge-front.jpg", "ridge_1.jpg", "ridge-collar.jpg"]
