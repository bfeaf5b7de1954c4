"""What an asset shows, where it is out, which licences hold for it, and links to what is made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from associations.choices import BindingStatus
from associations.models import Binding
from dam.models import AssetLicence, Licence, Rendition
from dam.services import define_licence, request_rendition, revoke_licence
from dam.verdict import TermFacts
from delivery.services.publications import record_publication
from foundation.events.models import OutboxEvent
from tests.cast import make_actor

from . import factories


def undo_of(answer: Any) -> str:
    return str(json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]["url"])


def test_a_binding_ends_and_comes_back(window: Any, steward: Any, browser_of: Any) -> None:
    client, binding = browser_of(steward, htmx=True), Binding.objects.get(asset=window.hero)
    url = f"/assets/{window.hero.uid}/unbind/?q=ridge"
    answer = client.post(url, {"of": str(binding.uid)})
    assert 'id="uses"' in answer.content.decode()
    assert answer.context["uses"].bindings == []
    assert undo_of(answer) == f"/assets/{window.hero.uid}/rebind/?of={binding.uid}&q=ridge"
    back = client.post(undo_of(answer))
    assert [(row.sku, row.role) for row in back.context["uses"].bindings] == [("RIDGE", "hero")]
    binding.refresh_from_db()
    assert binding.status == BindingStatus.ACTIVE
    assert undo_of(back).startswith(f"/assets/{window.hero.uid}/unbind/")


def test_a_place_that_was_taken_meanwhile_is_not_given_back(window: Any, steward: Any, browser_of: Any) -> None:
    client, binding = browser_of(steward, htmx=True), Binding.objects.get(asset=window.hero)
    client.post(f"/assets/{window.hero.uid}/unbind/", {"of": str(binding.uid)})
    factories.bind_asset(product=window.ridge, asset=window.detail, role="hero", actor=factories.HOUSE)
    before = OutboxEvent.objects.count()
    answer = client.post(f"/assets/{window.hero.uid}/rebind/?of={binding.uid}")
    assert answer.status_code == 409
    assert "ridge-collar.jpg as its hero" in answer.headers["HX-Trigger"]
    binding.refresh_from_db()
    assert (binding.status, OutboxEvent.objects.count()) == (BindingStatus.REMOVED, before)


@pytest.mark.parametrize(("verb", "status"), [("confirm", BindingStatus.ACTIVE), ("reject", BindingStatus.REJECTED)])
def test_a_proposal_is_answered_here_too(
    window: Any, steward: Any, browser_of: Any, verb: str, status: BindingStatus
) -> None:
    client, asset, proposal = browser_of(steward, htmx=True), window.loose[0], window.proposals[0]
    answer = client.post(f"/assets/{asset.uid}/{verb}/", {"of": str(proposal.uid)})
    proposal.refresh_from_db()
    assert proposal.status == status
    client.post(undo_of(answer))
    proposal.refresh_from_db()
    assert proposal.status == BindingStatus.PROPOSED


def test_binding_to_a_product_found_by_words(window: Any, steward: Any, browser_of: Any) -> None:
    client, url = browser_of(steward, htmx=True), f"/assets/{window.detail.uid}/bind/"
    assert client.get(url).context["choices"] == []
    found = client.get(url, {"words": "cup", "role": "hero"})
    assert [one.sku for one in found.context["choices"]] == ["CUP"]
    assert "Replace the present one" in found.content.decode()
    answer = client.post(f"{url}add/", {"of": str(window.cup.uid), "role": "gallery"})
    assert Binding.objects.active().filter(asset=window.detail, product=window.cup, role="gallery").count() == 1
    client.post(undo_of(answer))
    assert not Binding.objects.active().filter(asset=window.detail, product=window.cup).exists()
    taken = client.post(f"{url}add/", {"of": str(window.ridge.uid), "role": "hero"})
    assert taken.status_code == 409
    client.post(f"{url}add/", {"of": str(window.ridge.uid), "role": "hero", "replace": "1"})
    roles = dict(Binding.objects.active().filter(product=window.ridge).values_list("asset__title", "role"))
    assert roles["ridge-front.jpg"] == "gallery"
    for form in ({"of": "x", "role": "hero"}, {"of": str(window.cup.uid), "role": "king"}, {}):
        assert client.post(f"{url}add/", form).status_code == 422


def test_live_listings_are_counted_whole_and_paged(
    window: Any, steward: Any, photographer: Any, browser_of: Any
) -> None:
    for number in range(12):
        product = factories.create_product(sku=f"C{number:02}", family="cups", actor=factories.HOUSE)
        listing = factories.make_listing(product, window.world.scopes["shop/GB/en-GB"])
        record_publication(listing.uid, channel="shop", market="GB", asset_ids=[window.hero.pk])
    client = browser_of(steward, htmx=True)
    uses = client.get(f"/assets/{window.hero.uid}/").context["uses"]
    assert (uses.listings_total, len(uses.listings)) == (12, 10)
    assert [(one.name, one.listings) for one in uses.channels] == [("Web shop", 12)]
    rest = client.get(uses.listings_next)
    assert [row.sku for row in rest.context["listings"]] == ["C10", "C11"]
    assert "<html" not in rest.content.decode()
    assert "<html" in browser_of(steward).get(uses.listings_next).content.decode()
    studio = browser_of(photographer).get(f"/assets/{window.hero.uid}/")
    assert "Live listings with it" not in studio.content.decode(), "the studio sees no listings"
    assert browser_of(photographer).get(f"/assets/{window.hero.uid}/listings/").status_code == 403


def test_products_are_paged(window: Any, steward: Any, browser_of: Any) -> None:
    for number in range(12):
        product = factories.create_product(sku=f"C{number:02}", family="cups", actor=factories.HOUSE)
        factories.bind_asset(product=product, asset=window.hero, role="gallery", actor=factories.HOUSE)
    client = browser_of(steward, htmx=True)
    uses = client.get(f"/assets/{window.hero.uid}/").context["uses"]
    assert (uses.bindings_total, len(uses.bindings)) == (13, 10)
    rest = client.get(uses.bindings_next)
    assert [row.sku for row in rest.context["bindings"]] == ["C09", "C10", "C11"]


def test_licences_come_and_go(window: Any, photographer: Any, browser_of: Any) -> None:
    client, asset = browser_of(photographer, htmx=True), window.detail
    gone = define_licence(name="Studio gone", terms=[TermFacts()], actor=factories.HOUSE)
    revoke_licence(gone, actor=factories.HOUSE)
    found = client.get(f"/assets/{asset.uid}/licences/", {"words": "studio"})
    assert [one.name for one in found.context["choices"]] == ["Studio 2026"]
    answer = client.post(f"/assets/{asset.uid}/licences/add/", {"of": str(window.licence.uid)})
    assert 'id="rights"' in answer.content.decode()
    assert [row.rights.label for row in answer.context["rights"].verdicts] == ["Cleared"] * 4
    decided = answer.context["rights"].verdicts[0].decided_by
    assert [(one.name, one.url) for one in decided] == [("Studio 2026", f"/licences/{window.licence.uid}/")]
    removed = client.post(undo_of(answer))
    assert removed.context["rights"].licences == []
    client.post(undo_of(removed))
    assert AssetLicence.objects.filter(asset=asset, licence=window.licence).count() == 1
    assert client.post(f"/assets/{asset.uid}/licences/add/", {"of": "x"}).status_code == 404


def test_who_may_not_decides_nothing(
    window: Any, steward: Any, photographer: Any, merchant: Any, browser_of: Any
) -> None:
    binding, before = Binding.objects.get(asset=window.hero), OutboxEvent.objects.count()
    for actor in (photographer, merchant):
        client = browser_of(actor, htmx=True)
        for verb in ("unbind", "rebind", "confirm", "reject", "undo-decision", "bind/add"):
            answer = client.post(f"/assets/{window.hero.uid}/{verb}/", {"of": str(binding.uid)})
            assert answer.status_code == 403, verb
        assert "/unbind/" not in client.get(f"/assets/{window.hero.uid}/").content.decode()
    for actor in (steward, merchant):
        client = browser_of(actor, htmx=True)
        for verb in ("add", "remove"):
            form = {"of": str(window.licence.uid)}
            assert client.post(f"/assets/{window.hero.uid}/licences/{verb}/", form).status_code == 403
        assert "/licences/add/" not in client.get(f"/assets/{window.hero.uid}/").content.decode()
    assert OutboxEvent.objects.count() == before


def test_nothing_of_another_market(window: Any, outsider: Any, browser_of: Any) -> None:
    client, before = browser_of(outsider, htmx=True), OutboxEvent.objects.count()
    binding = Binding.objects.get(asset=window.hero)
    for part in ("products", "listings", "bind", "compare", "stage", "link"):
        assert client.get(f"/assets/{window.hero.uid}/{part}/").status_code == 404, part
    for verb in ("unbind", "confirm"):
        assert client.post(f"/assets/{window.hero.uid}/{verb}/", {"of": str(binding.uid)}).status_code == 404
    own = factories.make_asset("us.jpg", markets=("US",))
    for form in ({"of": str(window.ridge.uid), "role": "hero"}, {"of": str(window.cup.uid), "role": "hero"}):
        assert client.post(f"/assets/{own.uid}/bind/add/", form).status_code == 404
    assert client.post(f"/assets/{own.uid}/unbind/", {"of": str(binding.uid)}).status_code == 404
    studio = browser_of(make_actor("paul", "studio", market="US"), htmx=True)
    foreign = define_licence(name="DACH", terms=[], actor=factories.HOUSE)
    factories.assign_licence(
        [factories.make_asset("de.jpg", markets=("DACH",))], licence=foreign, actor=factories.HOUSE
    )
    told = OutboxEvent.objects.count()
    assert studio.post(f"/assets/{own.uid}/licences/add/", {"of": str(foreign.uid)}).status_code == 404
    assert "DACH" not in studio.get(f"/assets/{own.uid}/licences/").content.decode()
    assert OutboxEvent.objects.count() == told > before


def test_a_link_to_download(window: Any, steward: Any, merchant: Any, browser_of: Any) -> None:
    client, url = browser_of(steward, htmx=True), f"/assets/{window.hero.uid}/link/"
    assert 'value="large"' in client.get(f"{url}?preset=large").content.decode()
    made = client.post(url, {"preset": "large", "use": "preview", "minutes": "30"})
    assert made.context["link"].url.startswith("http://localhost:8001/m/")
    for form, status in (
        ({"preset": "nothing", "use": "web", "minutes": "1"}, 404), ({"preset": "large", "minutes": "0"}, 422),
        ({"preset": "large", "minutes": "1441"}, 422), ({"preset": "large", "minutes": "9" * 40}, 422),
    ):  # fmt: skip
        assert client.post(url, form).status_code == status


def test_presets_say_what_is_made_of_the_current_version(window: Any, steward: Any, browser_of: Any) -> None:
    client, version = browser_of(steward), window.hero.current_version
    shown = {one.code: one.state.label for one in client.get(f"/assets/{window.hero.uid}/").context["files"].renditions}
    assert shown == {"large": "Not made", "preview": "Not made"}
    request_rendition(version, preset="preview", actor=factories.HOUSE)
    Rendition.objects.update(state="failed", error="Too large", held_by=None)
    answer = client.get(f"/assets/{window.hero.uid}/")
    assert {one.code: one.state.label for one in answer.context["files"].renditions}["preview"] == "Failed"
    assert "Too large" in answer.content.decode()
    client.post(f"/assets/{window.hero.uid}/make-rendition/", {"preset": "preview"})
    assert Rendition.objects.get().state == "waiting"


def test_the_api_takes_an_unbinding_back(window: Any, steward: Any, client_of: Any) -> None:
    client, binding = client_of(steward), Binding.objects.get(asset=window.hero)
    client.delete(f"/api/v1/bindings/{binding.uid}")
    assert client.post(f"/api/v1/bindings/{binding.uid}/rebind").json()["status"] == "active"
    assert client.post(f"/api/v1/bindings/{window.proposals[0].uid}/rebind").status_code == 409


def test_terms_by_the_api(window: Any, photographer: Any, client_of: Any) -> None:
    client, url = client_of(photographer), f"/api/v1/licences/{window.licence.uid}"
    assert client.patch(url, {"terms": [], "version": 1}, format="json").json()["version"] == 2
    assert client.patch(url, {"terms": [{}], "version": 1}, format="json").status_code == 412
    assert client.post(f"{url}/undo", {"version": 2}, format="json").json()["terms"][0]["is_grant"] is True
    assert Licence.objects.get(pk=window.licence.pk).version == 3
