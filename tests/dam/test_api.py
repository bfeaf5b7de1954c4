"""The media API over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dam import services
from dam.models import Asset, Ingest, Licence
from foundation.core import moment
from foundation.events.models import OutboxEvent
from foundation.jobs.running import run_due_jobs
from tests.cast import make_actor

from . import factories

pytestmark = pytest.mark.django_db
ASSETS = "/api/v1/assets"
LICENCES = "/api/v1/licences"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def studio(client_of, photographer):
    return client_of(photographer)


def one(asset: Asset, tail: str = "") -> str:
    return f"{ASSETS}/{asset.uid}{tail}"


def test_a_stranger_gets_nothing(client):
    for address in (ASSETS, LICENCES, "/api/v1/presets", "/api/v1/ingests"):
        assert client.get(address).status_code == 401


def test_assets_are_listed_by_keyset(studio):
    assets = [factories.make_asset(seed=number, name=f"{number}.jpg", run=False) for number in range(1, 6)]
    first = studio.get(ASSETS, {"limit": 3}).json()
    second = studio.get(first["next"]).json()
    uids = [row["uid"] for page in (first, second) for row in page["results"]]
    assert uids == [str(asset.uid) for asset in reversed(assets)]
    assert second["next"] is None
    assert "url" not in first["results"][0]


def test_a_list_costs_the_same_for_any_number(studio, django_assert_max_num_queries):
    for number in range(1, 6):
        factories.make_asset(seed=number, run=False)
    with django_assert_max_num_queries(4):
        assert len(studio.get(ASSETS).json()["results"]) == 5


def test_filters(studio, photographer):
    coat = factories.make_asset(seed=1, name="coat.jpg")
    bag = services.approve_asset(factories.make_asset(seed=2, name="bag.jpg"), actor=photographer)

    def found(**query):
        return [row["title"] for row in studio.get(ASSETS, query).json()["results"]]

    assert found(q="COA") == ["coat"]
    assert found(state="approved") == ["bag"]
    assert found(sha256=coat.first_sha256) == ["coat"]
    assert found(kind="image") == ["bag", "coat"]
    assert found(kind="document") == []
    assert studio.get(ASSETS, {"state": "great"}).json()["path"] == "state"
    assert bag.title == "bag"


def test_one_asset_with_its_versions(studio, django_assert_max_num_queries):
    asset = factories.make_asset()
    with django_assert_max_num_queries(8):
        answer = studio.get(one(asset))
    body = answer.json()
    assert answer["ETag"] == '"1"'
    assert [version["number"] for version in body["versions"]] == [1]
    assert body["versions"][0]["sha256"] == asset.first_sha256
    assert (body["licences"], "rights" in body) == ([], False)


def test_the_verdict_is_told_for_a_place_and_a_moment(studio, world, photographer):
    asset = factories.make_asset()
    licence = factories.make_licence(ends_at=AT, territories=frozenset({"DE"}))
    services.assign_licence([asset], licence=licence, actor=photographer)

    def rights(**query):
        return studio.get(one(asset), query).json()["rights"]

    granted = rights(territory="DE", at="2026-02-01T00:00:00Z")
    assert granted == {
        "allowed": True, "code": "granted", "reason": "A licence grants it", "boundary": "2026-03-01T12:00:00Z",
        "licences": [str(licence.uid)],
    }  # fmt: skip
    assert rights(territory="DE", at="2026-03-01T12:00:00Z")["code"] == "expired"
    assert rights(territory="FR", at="2026-02-01T00:00:00Z")["code"] == "territory"
    assert rights(at="2026-02-01T00:00:00Z")["code"] == "territory"
    with moment.frozen(AT):
        assert rights(territory="DE")["code"] == "expired"
    assert studio.get(one(asset), {"at": "tomorrow"}).json()["path"] == "at"
    assert studio.get(one(asset), {"channel": "nowhere"}).json()["path"] == "channel"


def test_metadata_is_changed_under_an_etag(studio):
    asset = factories.make_asset()
    answer = studio.patch(one(asset), {"title": "Coat"}, format="json", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer["ETag"], answer.json()["title"]) == (200, '"2"', "Coat")
    stale = studio.patch(one(asset), {"title": "Bag"}, format="json", headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert studio.patch(one(asset), {"title": "x"}, format="json", headers={"If-Match": "one"}).status_code == 422
    assert Asset.objects.get().title == "Coat"


def test_product_facts_are_refused(studio):
    asset = factories.make_asset()
    answer = studio.patch(one(asset), {"title": "fine", "price": "9.00"}, format="json")
    assert (answer.status_code, answer.json()["code"], answer.json()["path"]) == (422, "product-fact", "price")
    assert Asset.objects.get().title == "picture"


def test_approve_retire_delete(studio):
    asset = factories.make_asset()
    assert studio.post(one(asset, "/approve"), {}, format="json").json()["state"] == "approved"
    assert studio.post(one(asset, "/retire")).json()["state"] == "retired"
    assert studio.post(one(asset, "/approve"), {"version": 7}, format="json").status_code == 404
    assert studio.delete(one(asset)).status_code == 204
    assert studio.get(one(asset)).status_code == 404


def test_who_may_not_is_told_so(client_of, merchant):
    asset, reader = factories.make_asset(), client_of(merchant)
    before = OutboxEvent.objects.count()
    assert reader.get(one(asset)).status_code == 200
    for method, tail, body in (
        ("patch", "", {"title": "x"}),
        ("post", "/approve", {}),
        ("post", "/retire", {}),
        ("delete", "", {}),
    ):
        answer = getattr(reader, method)(one(asset, tail), body, format="json")
        assert (answer.status_code, answer.json()["code"]) == (403, "denied")
    upload = reader.post(f"{ASSETS}/uploads", {"files": [SimpleUploadedFile("a.jpg", factories.jpeg(seed=9))]})
    assert upload.status_code == 403
    assert reader.get("/api/v1/ingests").json()["results"] == []
    assert reader.post(LICENCES, {"name": "x", "terms": []}, format="json").status_code == 403
    assert OutboxEvent.objects.count() == before


def test_another_markets_asset_is_not_there(client_of, photographer):
    asset = factories.make_asset()
    services.edit_asset(asset, changes={"markets": ["DE"]}, actor=photographer)
    american = client_of(make_actor("sam", "studio", market="US"))
    assert american.get(ASSETS).json()["results"] == []
    for method, tail in (("get", ""), ("patch", ""), ("delete", ""), ("post", "/approve"), ("post", "/retire")):
        answer = getattr(american, method)(
            one(asset, tail), {"title": "x"} if method == "patch" else None, format="json"
        )
        assert answer.status_code == 404, (method, tail)
    licence = factories.make_licence()
    assign = american.post(f"{LICENCES}/{licence.uid}/assign", {"assets": [str(asset.uid)]}, format="json")
    assert assign.status_code == 404
    assert Asset.objects.get().state == "draft"


def test_an_upload_is_an_ingest_whose_files_are_told(studio):
    files = [
        SimpleUploadedFile("coat.jpg", factories.jpeg(seed=1)),
        SimpleUploadedFile("coat.jpg", factories.jpeg(seed=2)),
        SimpleUploadedFile("again.jpg", factories.jpeg(seed=1)),
        SimpleUploadedFile("notes.jpg", b"not a picture at all"),
    ]
    licence = factories.make_licence()
    answer = studio.post(f"{ASSETS}/uploads", {"files": files, "licence": str(licence.uid), "markets": ["DE"]})
    assert answer.status_code == 202
    uid = answer.json()["uid"]
    assert studio.get(f"/api/v1/ingests/{uid}").json()["state"] == "queued"
    run_due_jobs()
    body = studio.get(f"/api/v1/ingests/{uid}").json()
    assert (body["state"], body["done"], body["total"]) == ("done", 4, 4)
    assert body["result"] == {"ingested": 2, "duplicate": 1, "refused": 1}
    rows = studio.get(f"/api/v1/ingests/{uid}/files").json()["results"]
    assert [(row["path"], row["state"], row["code"]) for row in rows] == [
        ("coat.jpg", "ingested", ""),
        ("coat.jpg (2)", "ingested", ""),
        ("again.jpg", "duplicate", "same-bytes"),
        ("notes.jpg", "refused", "not-an-image"),
    ]
    assert rows[2]["asset"] == rows[0]["asset"]
    refused = studio.get(f"/api/v1/ingests/{uid}/files", {"state": "refused"}).json()["results"]
    assert [row["path"] for row in refused] == ["notes.jpg"]
    first = studio.get(f"{ASSETS}/{rows[0]['asset']}").json()
    assert (first["licences"], first["markets"]) == ([str(licence.uid)], ["DE"])


def test_bad_uploads_start_nothing(studio):
    assert studio.post(f"{ASSETS}/uploads", {}).json()["path"] == "files"
    lost = {"files": [SimpleUploadedFile("a.jpg", b"x")], "licence": "01890000-0000-7000-8000-000000000000"}
    assert studio.post(f"{ASSETS}/uploads", lost).status_code == 404
    assert not Ingest.objects.exists()


def test_licences_over_http(studio):
    asset = factories.make_asset()
    terms = [
        {"territories": ["DE", "FR"], "starts_at": "2026-01-01T00:00:00Z"},
        {"is_grant": False, "territories": ["FR"]},
    ]
    made = studio.post(LICENCES, {"name": "Nord", "credit": "Studio Nord", "terms": terms}, format="json")
    assert made.status_code == 201
    uid = made.json()["uid"]
    assert [term["is_grant"] for term in made.json()["terms"]] == [True, False]
    address = f"{LICENCES}/{uid}"
    assert studio.post(f"{address}/assign", {"assets": [str(asset.uid)]}, format="json").json() == {"assigned": 1}
    rights = {
        territory: studio.get(one(asset), {"territory": territory}).json()["rights"]["code"]
        for territory in ("DE", "FR")
    }
    assert rights == {"DE": "granted", "FR": "excluded"}
    changed = studio.patch(address, {"terms": terms[:1]}, format="json").json()
    assert (changed["version"], len(changed["terms"]), changed["credit"]) == (2, 1, "Studio Nord")
    assert studio.post(f"{address}/revoke").json()["revoked_at"]
    assert studio.get(one(asset), {"territory": "DE"}).json()["rights"]["code"] == "revoked"
    assert studio.post(f"{address}/unassign", {"assets": [str(asset.uid)]}, format="json").json() == {"unassigned": 1}
    assert len(studio.get(LICENCES).json()["results"]) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "Nord", "terms": [{"starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}]}, 422),
        ({"name": "Nord", "terms": [{"territories": ["Germany"]}]}, 400),
        ({"name": "Nord", "terms": [{"territories": ["de"]}]}, 422),
        ({"name": "Nord"}, 400),
        ({"name": " ", "terms": []}, 400),
        ({"name": "Taken", "terms": []}, 409),
    ],
)
def test_bad_licences_are_refused(studio, body, status):
    factories.make_licence("Taken")
    assert studio.post(LICENCES, body, format="json").status_code == status
    assert Licence.objects.count() == 1


def test_presets_can_be_read(studio):
    factories.make_asset()
    rows = studio.get("/api/v1/presets").json()["results"]
    assert [row["code"] for row in rows] == ["large", "preview"]
    assert studio.get("/api/v1/presets/preview").json()["body"]["width"] == 400
