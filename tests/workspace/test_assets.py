from __future__ import annotations

from datetime import timedelta
from typing import Any

from associations.services import bind_asset
from dam.models import Asset
from dam.services import edit_asset, revoke_licence
from foundation.core import moment
from foundation.events.sequencing import drain

from . import factories


def names(answer: Any) -> list[str]:
    return [tile.name for tile in answer.context["tiles"]]


def test_the_library_shows_the_newest_first(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get("/assets/")
    assert names(answer)[:2] == ["ridge_3.jpg", "ridge_2.jpg"]
    tile = answer.context["tiles"][0]
    assert tile.picture_url.startswith("http://localhost:8001/m/")
    assert tile.meta == ["4000 × 5000"]
    assert tile.rights.label == "Cleared"


def test_nothing_yet(steward: Any, browser_of: Any) -> None:
    assert "No assets yet" in browser_of(steward).get("/assets/").content.decode()


def test_filters_are_in_the_address(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    factories.make_asset("lone.pdf", kind="document")
    drain()
    assert names(client.get("/assets/?binding=loose")) == ["lone.pdf"]
    assert names(client.get("/assets/?binding=proposed")) == ["ridge_3.jpg", "ridge_2.jpg", "ridge_1.jpg"]
    assert names(client.get("/assets/?binding=bound")) == ["ridge-collar.jpg", "ridge-front.jpg"]
    assert names(client.get("/assets/?licence=none")) == ["lone.pdf", "ridge-collar.jpg"]
    assert names(client.get("/assets/?kind=document")) == ["lone.pdf"]
    assert names(client.get("/assets/?state=draft")) == []
    assert names(client.get("/assets/?q=COLLAR")) == ["ridge-collar.jpg"]
    assert names(client.get("/assets/?q=ridge&binding=bound&licence=licensed")) == ["ridge-front.jpg"]
    assert "No asset matches" in client.get("/assets/?q=nothing").content.decode()


def test_a_sku_finds_what_shows_it(window: Any, steward: Any, browser_of: Any) -> None:
    shown = factories.make_asset("untold.jpg")
    factories.bind_asset(product=window.mac, asset=shown, role="hero", actor=factories.HOUSE)
    drain()
    assert names(browser_of(steward).get("/assets/?q=MAC")) == ["untold.jpg"]


def test_htmx_gets_results_and_more_tiles(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward, htmx=True)
    for number in range(60):
        factories.make_asset(f"more-{number:02}.jpg")
    drain()
    first = client.get("/assets/")
    assert 'id="results"' in first.content.decode()
    rest = client.get(f"/assets/{first.context['next_url']}")
    assert names(rest) == ["ridge_3.jpg", "ridge_2.jpg", "ridge_1.jpg", "ridge-collar.jpg", "ridge-front.jpg"]
    assert 'id="results"' not in rest.content.decode()


def test_another_market_is_not_there(window: Any, outsider: Any, steward: Any, browser_of: Any) -> None:
    german = factories.make_asset("dach.jpg", markets=("DACH",))
    assert "dach.jpg" in names(browser_of(steward).get("/assets/"))
    client = browser_of(outsider)
    assert "dach.jpg" not in names(client.get("/assets/"))
    assert client.get(f"/assets/{german.uid}/").status_code == 404
    assert client.get(f"/assets/{window.hero.uid}/").status_code == 404, "it shows products of other markets only"
    bind_asset(product=window.mac, asset=window.hero, role="hero", actor=factories.HOUSE)
    shown = client.get(f"/assets/{window.hero.uid}/").context["uses"].bindings
    assert [row.sku for row in shown] == ["MAC"], "products of other markets are not named"


def test_what_went_elsewhere_a_moment_ago_is_not_shown(window: Any, outsider: Any, browser_of: Any) -> None:
    """The library and the licences look among entries, which are told a second later."""
    ours = factories.make_asset("ours.jpg", markets=("US",))
    factories.license_for("Of ours", [ours])
    drain()
    client = browser_of(outsider)

    def shown() -> tuple[bool, bool]:
        licences = [row.name for row in client.get("/licences/").context["licences"]]
        return "ours.jpg" in names(client.get("/assets/")), "Of ours" in licences

    assert shown() == (True, True)
    edit_asset(Asset.objects.get(pk=ours.pk), changes={"markets": ["GB"]}, actor=factories.HOUSE)
    assert shown() == (False, False)


def test_the_page_of_an_asset(window: Any, steward: Any, browser_of: Any) -> None:
    answer = browser_of(steward).get(f"/assets/{window.hero.uid}/")
    page = answer.context
    assert page["asset"].name == "ridge-front.jpg"
    assert [row.rights.label for row in page["rights"].verdicts] == ["Cleared"] * 4, "one for each channel and market"
    assert page["rights"].licences[0].terms == ["Allowed everywhere"]
    assert page["files"].versions[0].size == "1.2 MB"
    assert page["files"].versions[0].is_current
    assert [(row.sku, row.role) for row in page["uses"].bindings] == [("RIDGE", "hero")]
    assert {group.label: [fact.value for fact in group.facts] for group in page["embedded"]} == {
        "XMP: the studio": ["Phil"], "EXIF: the camera": ["IQ4"],
    }  # fmt: skip


def test_rights_are_told_with_their_edge(window: Any, steward: Any, browser_of: Any) -> None:
    client = browser_of(steward)
    ending = moment.now() + timedelta(days=12, hours=1)
    licence = factories.license_for("Ends soon", [window.detail], until=ending)
    answer = client.get(f"/assets/{window.detail.uid}/")
    row = answer.context["rights"].verdicts[0]
    assert (row.rights.label, row.rights.tone, row.boundary_text) == ("Ends in 12 days", "attention", "until")
    assert row.boundary == ending
    revoke_licence(licence, actor=factories.HOUSE)
    row = client.get(f"/assets/{window.detail.uid}/").context["rights"].verdicts[0]
    assert (row.rights.label, row.rights.tone) == ("Refused: revoked", "bad")


def test_an_asset_without_a_licence_says_so(window: Any, steward: Any, browser_of: Any) -> None:
    text = browser_of(steward).get(f"/assets/{window.detail.uid}/").content.decode()
    assert "No licence is on record" in text
    assert "Not made" in text
