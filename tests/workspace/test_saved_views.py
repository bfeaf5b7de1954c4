"""Views of lists: saved, shared, renamed, deleted and brought back, by page and by API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from foundation.core.errors import Conflict, Denied, Invalid
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from tests.cast import make_actor
from workspace import services
from workspace.models import SavedView
from workspace.services.saved_views import clean_query

LIST = {"HX-Current-URL": "http://testserver/products/?family=cups&q=a&cursor=x"}


def save(actor: Any, **changes: Any) -> SavedView:
    wanted = {"page": "product_list", "name": "Cups", "query": "q=&family=cups&cursor=x"} | changes
    return services.save_view(**wanted, actor=actor)


def test_a_view_keeps_the_filters_in_one_spelling(steward: Any) -> None:
    assert save(steward).query == "family=cups"
    assert clean_query("?q=b&q=a&q=a&family=") == "q=a&q=b"
    assert clean_query("q=%00&q=%ED%A0%80") == clean_query("q=%ED%A0%80")
    with pytest.raises(Invalid):
        clean_query("q=" + "x" * 3000)


def test_it_is_written_with_history_and_an_event(steward: Any) -> None:
    view = save(steward)
    assert Revision.objects.filter(table_name="workspace_savedview", actor="user:stella").count() == 1
    told = OutboxEvent.objects.get(type="workspace.view.saved")
    assert (told.subject, told.data) == (view.uid, {"page": "product_list", "is_shared": False})


def test_a_name_is_given_once_and_again_after_deleting(steward: Any, administrator: Any) -> None:
    first = save(steward)
    save(administrator)
    with pytest.raises(Conflict):
        save(steward, query="q=b")
    services.delete_view(uid=first.uid, actor=steward)
    second = save(steward)
    with pytest.raises(Conflict):
        services.restore_view(uid=first.uid, actor=steward)
    services.delete_view(uid=second.uid, actor=steward)
    assert services.restore_view(uid=first.uid, actor=steward).deleted_at is None


def test_refusals_write_nothing(steward: Any, photographer: Any, administrator: Any) -> None:
    view = save(steward, is_shared=True)
    before = (list(SavedView.objects.values()), OutboxEvent.objects.count())
    for refused, error in (
        (lambda: save(photographer, page="listing_list"), Denied),
        (lambda: save(steward, page="home"), Invalid),
        (lambda: save(steward, name=" "), Invalid),
        (lambda: save(steward, name="x" * 81), Invalid),
        (lambda: services.rename_view(uid=view.uid, name="Mine", actor=administrator), Denied),
        (lambda: services.share_view(uid=view.uid, is_shared=False, actor=photographer), Denied),
        (lambda: services.delete_view(uid=view.uid, actor=administrator), Denied),
    ):
        with pytest.raises(error):
            refused()
    assert (list(SavedView.objects.values()), OutboxEvent.objects.count()) == before


def test_shared_views_are_for_those_who_see_as_much(steward: Any, merchant: Any, photographer: Any) -> None:
    american, british = make_actor("otto", "steward", market="US"), make_actor("gwen", "steward", market="GB")
    save(steward, name="Everybody's", is_shared=True)
    save(steward, name="Mine")
    save(steward, page="listing_list", name="Live", is_shared=True)
    save(american, name="American", is_shared=True)

    def seen(actor: Any) -> set[str]:
        return set(SavedView.objects.visible_to(actor).values_list("name", flat=True))

    assert seen(steward) == {"Everybody's", "Mine", "Live", "American"}
    assert seen(merchant) == {"Everybody's", "Live", "American"}
    assert seen(photographer) == {"Everybody's", "American"}, "no listings"
    assert seen(american) == {"American"}
    assert seen(british) == set()


def test_saving_beside_the_list_takes_its_address(steward: Any, browser_of: Any) -> None:
    client = browser_of(steward, htmx=True)
    answer = client.post("/views/", {"page": "product_list", "name": "Cups", "is_shared": "yes"}, headers=LIST)
    view = SavedView.objects.get()
    assert (view.query, view.is_shared) == ("family=cups&q=a", True)
    assert 'aria-current="true"' in answer.content.decode()
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    assert undo == {"url": f"/views/{view.uid}/delete/", "target": "#saved-views"}
    client.post(undo["url"], headers=LIST)
    assert not SavedView.objects.visible_to(steward).exists()


def test_a_refused_name_is_said_in_the_dialog(steward: Any, browser_of: Any) -> None:
    save(steward)
    answer = browser_of(steward, htmx=True).post("/views/", {"page": "product_list", "name": "Cups"}, headers=LIST)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#save-view-error")
    assert "a view of this name here already" in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_each_change_can_be_undone(steward: Any, browser_of: Any) -> None:
    view, client = save(steward), browser_of(steward, htmx=True)

    def change(address: str, **fields: str) -> str:
        told = json.loads(client.post(address, fields, headers=LIST)["HX-Trigger"])["toast"]
        return str(told.get("undo", {}).get("url", ""))

    undo = change(f"/views/{view.uid}/rename/", name="Mugs")
    assert SavedView.objects.get().name == "Mugs"
    change(undo)
    assert SavedView.objects.get().name == "Cups"
    undo = change(f"/views/{view.uid}/share/", is_shared="yes")
    assert SavedView.objects.get().is_shared
    change(undo)
    assert not SavedView.objects.get().is_shared
    undo = change(f"/views/{view.uid}/delete/")
    assert SavedView.objects.get().deleted_at is not None
    assert change(undo) == ""
    assert SavedView.objects.get().deleted_at is None


def test_without_scripts_the_pages_do_the_same(steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    answer = client.post("/views/", {"page": "product_list", "name": "Cups", "query": "family=cups"})
    assert answer["Location"] == "/products/?family=cups"
    view = SavedView.objects.get()
    assert "Cups" in client.get("/views/").content.decode()
    assert client.post(f"/views/{view.uid}/delete/")["Location"] == "/views/"
    assert f'action="/views/{view.uid}/restore/"' in client.get("/views/").content.decode()


def test_others_and_bad_bodies_change_nothing(steward: Any, merchant: Any, browser_of: Any) -> None:
    view = save(steward)
    for verb in ("rename", "share", "delete", "restore"):
        answer = browser_of(merchant).post(f"/views/{view.uid}/{verb}/", {"name": "x", "is_shared": "yes"})
        assert answer.status_code == 404, verb
    client = browser_of(steward)
    assert client.post(f"/views/{view.uid}/share/", {"is_shared": "perhaps"}).status_code == 422
    assert client.post(f"/views/{view.uid}/rename/").status_code == 422
    assert client.post("/views/", {"page": "nothing", "name": "x"}).status_code == 422
    assert client.get(f"/views/{view.uid}/rename/").status_code == 405
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.deleted_at) == ("Cups", False, None)


def test_the_panel_marks_and_counts(window: Any, steward: Any, browser_of: Any) -> None:
    view, coats = save(steward), save(steward, name="Coats", query="family=coats")
    panel = browser_of(steward).get("/products/?q=&family=cups").context["views"]
    assert [(row.name, row.is_current) for row in panel.mine] == [("Coats", False), ("Cups", True)]
    assert panel.is_saved
    text = browser_of(steward, htmx=True).get("/views/counts/?page=product_list").content.decode()
    assert f'id="view-count-{view.uid}" hx-swap-oob="true">1<' in text
    assert f'id="view-count-{coats.uid}" hx-swap-oob="true">2<' in text
    assert browser_of(steward).get("/views/counts/?page=nothing").content.strip() == b""


def test_the_api_does_the_same(steward: Any, merchant: Any, client_of: Any) -> None:
    client = client_of(steward)
    made = client.post(
        "/api/v1/saved-views", {"page": "product_list", "name": "Cups", "query": "family=cups"}, format="json"
    )
    assert made.status_code == 201
    address = f"/api/v1/saved-views/{made.json()['uid']}"
    assert client.get(address).json()["query"] == "family=cups"
    assert client.patch(address, {"is_shared": True}, format="json").json()["is_shared"] is True
    assert client.patch(address, {"name": "Mugs"}, format="json").json()["name"] == "Mugs"
    assert client.patch(address, {}, format="json").status_code == 422
    assert [
        one["name"] for one in client_of(merchant).get("/api/v1/saved-views?page=product_list").json()["results"]
    ] == ["Mugs"]
    assert client_of(merchant).delete(address).status_code == 403
    assert client.get("/api/v1/saved-views?page=home").status_code == 422
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/restore").json()["name"] == "Mugs"
    assert reverse("api-saved-view-list") == "/api/v1/saved-views"
