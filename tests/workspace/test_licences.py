"""Licences: the list, the terms and their editor, what a change touches, and the end of one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dam.models import Licence
from dam.queries.rights import facts_of_licences
from dam.services import assign_licence, change_terms, define_licence, revoke_licence
from dam.verdict import TermFacts
from delivery.services.publications import record_publication
from foundation.core import moment
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from tests.cast import make_actor

from . import factories

DAY = timedelta(days=1)
ROW = {"kind": "grant", "territories": "", "channels": "", "uses": "", "starts": "", "ends": ""}


def written() -> tuple[int, int]:
    return OutboxEvent.objects.count(), Revision.objects.count()


def terms_of(licence: Licence) -> tuple[TermFacts, ...]:
    return facts_of_licences({licence.pk})[licence.pk].terms


def form(*rows: dict[str, str], **more: Any) -> dict[str, Any]:
    full = [ROW | row for row in rows]
    return {name: [row[name] for row in full] for name in ROW} | {"credit": "Phil"} | more


def named(answer: Any) -> list[tuple[str, str, int]]:
    return [(row.name, row.state.label, row.assets) for row in answer.context["licences"]]


@pytest.fixture
def out(window: Any) -> Any:
    """The hero is out in two listings of the shop: in Germany and Austria, and in Britain."""
    for number, (place, market) in enumerate((("shop/DACH/de-DE", "DACH"), ("shop/GB/en-GB", "GB"))):
        product = factories.product("RIDGE-RED-S" if number else "RIDGE-RED-M")
        listing = factories.make_listing(product, window.world.scopes[place])
        record_publication(listing.uid, channel="shop", market=market, asset_ids=[window.hero.pk])
    window.licence = Licence.objects.get(name="Studio 2026")
    return window


def test_the_list_says_how_each_stands(window: Any, steward: Any, browser_of: Any) -> None:
    at = moment.now()
    for name, terms in {
        "Coming": [TermFacts(starts_at=at + 3 * DAY)], "Ending": [TermFacts(ends_at=at + 9 * DAY + timedelta(hours=1))],
        "Gone": [TermFacts(ends_at=at - DAY)], "Nothing": [], "No": [TermFacts(is_grant=False)],
    }.items():  # fmt: skip
        define_licence(name=name, terms=terms, actor=factories.HOUSE)
    revoke_licence(define_licence(name="Off", terms=[TermFacts()], actor=factories.HOUSE), actor=factories.HOUSE)
    client = browser_of(steward)
    coming = (at + 3 * DAY).strftime("From %-d %B %Y")
    found = named(client.get("/licences/"))
    assert [(name, label.partition(",")[0], count) for name, label, count in found] == [
        ("Coming", coming, 0), ("Ending", "Ends in 9 days", 0), ("Gone", "Ended", 0), ("No", "Grants nothing", 0),
        ("Nothing", "Grants nothing", 0), ("Off", "Revoked", 0), ("Studio 2026", "In force", 4),
    ]  # fmt: skip
    for state, names in {
        "current": ["Ending", "Studio 2026"], "ending": ["Ending"], "embargoed": ["Coming"], "ended": ["Gone"],
        "revoked": ["Off"], "empty": ["No", "Nothing"],
    }.items():  # fmt: skip
        answer = client.get(f"/licences/?state={state}")
        assert [row.name for row in answer.context["licences"]] == names, state
        counts = {option.value: option.count for option in answer.context["facets"][0].options}
        assert counts[state] == len(names)
    assert [row.name for row in client.get("/licences/?q=studio+phil").context["licences"]] == ["Studio 2026"]
    assert "No licence matches" in client.get("/licences/?q=nothing+here").content.decode()
    assert "New licence" not in client.get("/licences/").content.decode(), "a steward makes none"


def test_the_list_goes_on(db: None, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer, htmx=True)
    assert "No licences yet" in client.get("/licences/").content.decode()
    for number in range(51):
        define_licence(name=f"L{number:02}", terms=[], actor=factories.HOUSE)
    first = client.get("/licences/")
    rest = client.get(f"/licences/{first.context['next_url']}")
    assert [row.name for row in rest.context["licences"]] == ["L50"]
    assert 'id="results"' not in rest.content.decode()


def test_a_licence_is_made(db: None, world: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer)
    rows = [
        {"territories": "Germany, at", "channels": "Web shop", "uses": "Web, print", "ends": "2027-01-31T00:00"},
        {"kind": "exclusion", "territories": "JP"},
    ]
    answer = client.post("/licences/new/", form(*rows, name=" Studio ", credit="Nord"))
    licence = Licence.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/licences/{licence.uid}/")
    assert (licence.name, licence.credit) == ("Studio", "Nord")
    assert terms_of(licence) == (
        TermFacts(True, frozenset({"DE", "AT"}), frozenset({"web", "print"}), frozenset({"shop"}), None,
                  datetime(2027, 1, 31, tzinfo=UTC)),
        TermFacts(False, frozenset({"JP"})),
    )  # fmt: skip
    page = client.get(answer.url).context
    assert page["licence"].terms == [
        "Allowed in Austria and Germany for print and web on Web shop until 31 January 2027", "Never in Japan",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ({"territories": "Germany, Atlantis"}, "territories", "'Atlantis' is no territory"),
        ({"channels": "shop, tv"}, "channels", "There is no channel 'tv'; there are bazaar, shop"),
        ({"uses": "x" * 101}, "uses", "A use is a word or two"),
        ({"starts": "tomorrow"}, "starts", "Write a date and a time"),
        ({"starts": "2026-02-01T00:00", "ends": "2026-01-01T00:00"}, "ends", "It must end after it begins"),
        ({"kind": "maybe"}, "kind", "A term allows or excludes"),
    ],
)
def test_bad_terms_are_told_at_their_field(
    window: Any, photographer: Any, browser_of: Any, row: dict[str, str], field: str, reason: str
) -> None:
    licence, client = Licence.objects.get(), browser_of(photographer, htmx=True)
    before = written()
    for url, more in ((f"/licences/{licence.uid}/terms/", {"version": 1}), ("/licences/new/", {"name": "New"})):
        answer = client.post(url, form({}, row, **more))
        assert answer.status_code == 422
        rows = answer.context["editor"].rows
        assert not rows[0].errors
        assert reason in rows[1].errors[field]
        assert {name: getattr(rows[1], name) for name in row} == row, "what was typed is not lost"
    assert written() == before


def test_names_that_are_none(window: Any, photographer: Any, browser_of: Any) -> None:
    client, before = browser_of(photographer, htmx=True), written()
    for name, reason in (("", "needs a name"), ("x" * 201, "at most 200"), ("Studio 2026", "already")):
        answer = client.post("/licences/new/", form({}, name=name))
        assert (answer.status_code, reason in answer.context["name_error"]) == (422, True)
    assert written() == before


def test_terms_are_added_and_removed_before_anything_is_saved(window: Any, photographer: Any, browser_of: Any) -> None:
    licence, client = Licence.objects.get(), browser_of(photographer, htmx=True)
    before = written()
    added = client.post(f"/licences/{licence.uid}/draft/", form({"territories": "de"}, add_term="1"))
    assert [row.territories for row in added.context["editor"].rows] == ["de", ""]
    removed = client.post(f"/licences/{licence.uid}/draft/", form({"territories": "de"}, {}, drop_term="0"))
    assert [row.territories for row in removed.context["editor"].rows] == [""]
    assert client.post("/licences/new/", form({}, add_term="1", name="x")).context["editor"].rows[1].kind == "grant"
    assert written() == before


def test_what_would_change_is_counted_before_it_is_saved(out: Any, photographer: Any, browser_of: Any) -> None:
    client, url = browser_of(photographer, htmx=True), f"/licences/{out.licence.uid}/draft/"
    before = written()

    def impact(*rows: dict[str, str]) -> Any:
        return client.post(url, form(*rows), headers={"HX-Target": "impact"}).context["impact"]

    assert impact({}).is_nothing
    lost = impact({"territories": "GB"}).lost
    assert (lost.listings, lost.pictures, [(one.label, one.listings) for one in lost.places]) == (
        1, 1, [("Web shop · DACH", 1)],
    )  # fmt: skip
    assert impact().lost.listings == 2
    assert impact({}, {"kind": "exclusion", "channels": "bazaar"}).lost.listings == 0
    assert written() == before
    text = client.post(url, form(), headers={"HX-Target": "impact"}).content.decode()
    assert "2 live listings lose pictures" in text
    assert "impact" not in client.post(url, form({"territories": "??"})).context, "no guess about what has errors"


def test_another_licence_keeps_what_one_loses(out: Any, photographer: Any, browser_of: Any) -> None:
    other = define_licence(name="Other", terms=[TermFacts(territories=frozenset({"GB"}))], actor=factories.HOUSE)
    assign_licence([out.hero], licence=other, actor=factories.HOUSE)
    impact = browser_of(photographer, htmx=True).get(f"/licences/{out.licence.uid}/revoke/").context["impact"]
    assert [(one.label, one.listings, one.pictures) for one in impact.lost.places] == [("Web shop · DACH", 1, 1)]


def test_what_may_be_gained_is_counted(out: Any, photographer: Any, browser_of: Any) -> None:
    client = browser_of(photographer, htmx=True)
    barred = define_licence(name="Barred", terms=[], actor=factories.HOUSE)
    assign_licence([out.detail], licence=barred, actor=factories.HOUSE)
    url = f"/licences/{barred.uid}/draft/"
    gained = client.post(url, form({"territories": "GB"})).context["impact"].gained
    assert [(one.label, one.listings, one.pictures) for one in gained.places] == [("Web shop · GB", 1, 1)]


def test_saving_and_its_undo(out: Any, photographer: Any, browser_of: Any) -> None:
    client, url = browser_of(photographer, htmx=True), f"/licences/{out.licence.uid}/terms/"
    answer = client.post(url, form({"territories": "FR"}, version=1))
    assert 'id="licence"' in answer.content.decode()
    assert terms_of(out.licence) == (TermFacts(territories=frozenset({"FR"})),)
    undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]["url"]
    assert undo == f"/licences/{out.licence.uid}/undo/?version=2"
    assert client.post(undo).status_code == 200
    assert terms_of(out.licence) == (TermFacts(),)
    before = written()
    same = client.post(url, form({}, version=3))
    assert "Nothing was changed" in same.headers["HX-Trigger"]
    assert "undo" not in same.headers["HX-Trigger"]
    assert client.post(undo).status_code == 412
    assert client.post(f"/licences/{out.licence.uid}/undo/").status_code == 422
    assert written() == before


def test_who_was_faster_is_named(out: Any, photographer: Any, administrator: Any, browser_of: Any) -> None:
    change_terms(out.licence, terms=[TermFacts(uses=frozenset({"web"}))], actor=administrator)
    client, before = browser_of(photographer, htmx=True), written()
    answer = client.post(f"/licences/{out.licence.uid}/terms/", form({"territories": "France"}, version=1))
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (412, "#terms")
    assert "ada changed the licence on" in answer.content.decode()
    editor = answer.context["editor"]
    assert (editor.rows[0].territories, editor.version) == ("France", 2)
    assert written() == before
    mine = client.post(f"/licences/{out.licence.uid}/terms/", form({"territories": "France"}, version=2))
    assert (mine.status_code, terms_of(out.licence)) == (200, (TermFacts(territories=frozenset({"FR"})),))


def test_revoking_says_what_it_touches_and_what_happened(out: Any, photographer: Any, browser_of: Any) -> None:
    client, url = browser_of(photographer), f"/licences/{out.licence.uid}/revoke/"
    asked = client.get(f"{url}?next=/assets/{out.hero.uid}/")
    text = asked.content.decode()
    assert "<strong>2 live listings</strong> lose pictures" in text
    assert "all 4 assets" in text
    assert Licence.objects.get(pk=out.licence.pk).revoked_at is None, "asking is not doing"
    answer = client.post(url, {"next": f"/assets/{out.hero.uid}/"})
    assert (answer.status_code, answer.url) == (302, f"/assets/{out.hero.uid}/")
    told = client.get(answer.url).content.decode()
    assert "Links to 1 picture refuse from now on; 2 live listings are being rewritten without them." in told
    page = client.get(f"/licences/{out.licence.uid}/")
    assert page.context["still"].listings == 2
    assert "2 live listings are being rewritten" in page.content.decode()
    assert 'id="terms"' not in page.content.decode()
    for listing in (out.licence.uid,):
        part = browser_of(photographer, htmx=True).get(f"/licences/{listing}/aftermath/")
        assert 'hx-trigger="every 2s"' in part.content.decode()
    away = client.post(url, {"next": "https://elsewhere.example/"})
    assert away.url == f"/licences/{out.licence.uid}/"


def test_who_may_not_change_a_licence(out: Any, steward: Any, merchant: Any, browser_of: Any) -> None:
    before, uid = written(), out.licence.uid
    for actor in (steward, merchant):
        client = browser_of(actor, htmx=True)
        for verb in ("terms", "draft", "undo", "revoke"):
            assert client.post(f"/licences/{uid}/{verb}/", form({}, version=1)).status_code == 403
        assert client.post("/licences/new/", form({}, name="x")).status_code == 403
        page = client.get(f"/licences/{uid}/").content.decode()
        assert 'id="terms"' not in page
        assert "/revoke/" not in page
        assert "The studio can" in page
    assert written() == before


def test_a_licence_that_holds_elsewhere_too_is_left_alone(out: Any, browser_of: Any) -> None:
    mine = factories.make_asset("us.jpg", markets=("US",))
    assign_licence([mine], licence=out.licence, actor=factories.HOUSE)
    client = browser_of(make_actor("paul", "studio", market="US"), htmx=True)
    page = client.get(f"/licences/{out.licence.uid}/")
    assert [tile.name for tile in page.context["tiles"]] == ["us.jpg"]
    assert page.context["total"] == 1
    assert "assets of other markets too" in page.content.decode()
    assert 'id="terms"' not in page.content.decode()
    before = written()
    assert client.post(f"/licences/{out.licence.uid}/terms/", form({}, version=1)).status_code == 403
    assert client.post(f"/licences/{out.licence.uid}/revoke/").status_code == 403
    assert written() == before
    foreign = define_licence(name="DACH", terms=[], actor=factories.HOUSE)
    assign_licence([factories.make_asset("de.jpg", markets=("DACH",))], licence=foreign, actor=factories.HOUSE)
    for verb in ("", "revoke/", "aftermath/"):
        assert client.get(f"/licences/{foreign.uid}/{verb}").status_code == 404


def test_forms_that_are_none(out: Any, photographer: Any, browser_of: Any) -> None:
    client, url = browser_of(photographer, htmx=True), f"/licences/{out.licence.uid}/terms/"
    before = written()
    for sent in (
        {"kind": ["grant", "grant"], "territories": [""]}, form(*[{}] * 101), form({}, version="x"),
        form({}, version="9" * 40),
    ):  # fmt: skip
        assert client.post(url, sent).status_code == 422
    assert client.get(url).status_code == 405
    assert written() == before


def test_time_is_drawn_and_told_as_a_table(window: Any, steward: Any, browser_of: Any) -> None:
    at = moment.now()
    terms = [TermFacts(starts_at=at + 10 * DAY, ends_at=at + 90 * DAY), TermFacts(is_grant=False, ends_at=at - DAY)]
    licence = define_licence(name="Spring", terms=terms, actor=factories.HOUSE)
    timeline = browser_of(steward).get(f"/licences/{licence.uid}/").context["timeline"]
    coming, over = timeline.rows[0].bars
    assert (coming.kind, coming.state, over.kind, over.state) == ("grant", "To come", "exclusion", "Over")
    assert coming.wait_x == timeline.now_x
    assert coming.past_width == "0.00%"
    assert over.from_text == "always"
    assert float(over.end_x[:-1]) < float(timeline.now_x[:-1]) < float(coming.start_x[:-1]) < float(coming.end_x[:-1])
    assert len(timeline.ticks) >= 2
