"""The media origin, in process: what worked a second ago is refused the moment that it may not be served."""
# V1, V2, V7

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from uuid import uuid4

import pytest

from foundation.core import moment
from foundation.core.actors import system

from .conftest import BYTES, ask, make_asset, make_rendition

pytestmark = pytest.mark.django_db(transaction=True)
ETAG = f'"{hashlib.sha256(BYTES).hexdigest()}"'
HOUSE = system("tests")


def refusals():
    from delivery.models import DeliveryRefusal

    return list(DeliveryRefusal.objects.order_by("id").values_list("status", "code", "asset_uid", "channel", "market"))


def change_terms(shelf, **term):
    from dam.services.licences import change_terms as change
    from dam.verdict import TermFacts

    change(shelf.licence, terms=[TermFacts(**term)], actor=HOUSE)


def grant(shelf, audience, *, use="preview", seconds=60, version=1, at=None):
    from delivery.services.links import grant_url

    return grant_url(
        shelf.asset.uid, version=version, preset=shelf.preset, audience=audience, use=use, name="coat",
        at=at or moment.now(), seconds=seconds,
    )  # fmt: skip


def assert_refused(answer, status, code):
    document = answer.json()
    assert (answer.status_code, document["code"], document["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "etag" not in answer.headers
    assert BYTES[:64] not in answer.content


def test_a_published_picture(shelf):
    [answer] = ask(shelf.url)
    assert (answer.status_code, answer.content) == (200, BYTES)
    assert dict(answer.headers) == {
        "content-type": "image/webp",
        "content-length": str(len(BYTES)),
        "etag": ETAG,
        "cache-control": "private, no-cache",
        "accept-ranges": "bytes",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "cross-origin",
    }
    assert refusals() == []


def test_what_nothing_limits_may_be_kept_for_a_while(shelf):
    change_terms(shelf)
    assert ask(shelf.url)[0].headers["cache-control"] == "public, max-age=300"


def test_conditions_parts_and_heads(shelf):
    same, other, any_, weak, part, end, stale_part, none, head = ask(
        {"url": shelf.url, "headers": {"If-None-Match": f'"x", {ETAG}'}},
        {"url": shelf.url, "headers": {"If-None-Match": '"x"'}},
        {"url": shelf.url, "headers": {"If-None-Match": "*"}},
        {"url": shelf.url, "headers": {"If-None-Match": f"W/{ETAG}"}},
        {"url": shelf.url, "headers": {"Range": "bytes=100-299"}},
        {"url": shelf.url, "headers": {"Range": "bytes=-300000"}},
        {"url": shelf.url, "headers": {"Range": "bytes=0-1", "If-Range": '"x"'}},
        {"url": shelf.url, "headers": {"Range": f"bytes={len(BYTES)}-"}},
        {"url": shelf.url, "method": "HEAD"},
    )
    for answer in (same, any_, weak):
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", ETAG)
        assert answer.headers["cache-control"] == "private, no-cache"
    assert (other.status_code, other.content) == (200, BYTES)
    assert (part.status_code, part.content) == (206, BYTES[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(BYTES)}"
    assert part.headers["content-length"] == "200"
    assert (end.status_code, end.content) == (206, BYTES[-300000:])
    assert (stale_part.status_code, stale_part.content) == (200, BYTES)
    assert_refused(none, 416, "range-not-satisfiable")
    assert none.headers["content-range"] == f"bytes */{len(BYTES)}"
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(BYTES)))


def test_rights_are_asked_before_conditions_parts_and_heads(shelf):
    change_terms(shelf, ends_at=moment.now() - timedelta(seconds=1))
    same, part, head = ask(
        {"url": shelf.url, "headers": {"If-None-Match": ETAG}},
        {"url": shelf.url, "headers": {"Range": "bytes=0-1"}},
        {"url": shelf.url, "method": "HEAD"},
    )
    assert_refused(same, 410, "expired")
    assert_refused(part, 410, "expired")
    assert (head.status_code, head.content) == (410, b"")


def test_a_licence_ends_and_the_very_next_request_is_refused(shelf):
    end = moment.now() + timedelta(seconds=1.5)
    change_terms(shelf, ends_at=end)

    def wait() -> None:
        time.sleep(max(0, (end - moment.now()).total_seconds()))

    before, after = ask(shelf.url, {"url": shelf.url, "before": wait})
    assert (before.status_code, before.content) == (200, BYTES)
    assert before.headers["cache-control"] == "private, no-cache"
    assert_refused(after, 410, "expired")
    assert refusals() == [(410, "expired", shelf.asset.uid, "shop", "DACH")]


def test_to_the_microsecond(shelf):
    end = moment.now() + timedelta(days=30)
    change_terms(shelf, starts_at=end - timedelta(days=1), ends_at=end)
    for at, status in (
        (end - timedelta(days=1, microseconds=1), 403),
        (end - timedelta(days=1), 200),
        (end - timedelta(microseconds=1), 200),
        (end, 410),
        (end + timedelta(days=2), 410),
    ):
        with moment.frozen(at):
            assert ask(shelf.url)[0].status_code == status, at


def test_every_change_of_rights_takes_hold_at_once(shelf):
    from dam.services.licences import revoke_licence, unassign_licence

    past, later = moment.now() - timedelta(days=9), moment.now() + timedelta(days=9)

    def to(**term):
        return {"url": shelf.url, "before": lambda: change_terms(shelf, **term)}

    fine, territory, embargo, channel, use, expired, again, revoked, none = ask(
        shelf.url,
        to(territories=frozenset({"DE"})),
        to(starts_at=later),
        to(channels=frozenset({"bazaar"})),
        to(uses=frozenset({"print"})),
        to(starts_at=past, ends_at=moment.now()),
        to(channels=frozenset({"shop"})),
        {"url": shelf.url, "before": lambda: revoke_licence(shelf.licence, actor=HOUSE)},
        {"url": shelf.url, "before": lambda: unassign_licence([shelf.asset], licence=shelf.licence, actor=HOUSE)},
    )
    assert (fine.status_code, again.status_code) == (200, 200)
    assert_refused(territory, 451, "territory")
    assert_refused(embargo, 403, "embargoed")
    assert_refused(channel, 403, "channel")
    assert_refused(use, 403, "use")
    assert_refused(expired, 410, "expired")
    assert_refused(revoked, 410, "revoked")
    assert_refused(none, 403, "no-licence")
    assert [code for _, code, *_ in refusals()] == [
        "territory", "embargoed", "channel", "use", "expired", "revoked", "no-licence",
    ]  # fmt: skip


def test_an_exclusion_closes_what_another_licence_opens(shelf):
    from dam.services.licences import assign_licence, define_licence
    from dam.verdict import TermFacts

    shut = define_licence(name="Shut", terms=[TermFacts(is_grant=False, territories=frozenset({"AT"}))], actor=HOUSE)
    assign_licence([shelf.asset], licence=shut, actor=HOUSE)
    assert_refused(ask(shelf.url)[0], 403, "excluded")


def test_unpublished_deleted_and_retired(shelf):
    from dam.services.approvals import approve_asset, retire_asset
    from dam.services.assets import delete_asset
    from delivery.services.publications import forget_publication, record_publication

    def publish(channel):
        return lambda: record_publication(shelf.listing, channel=channel, market="DACH", asset_ids=[shelf.asset.pk])

    gone, elsewhere, back, retired, approved, deleted = ask(
        {"url": shelf.url, "before": lambda: forget_publication(shelf.listing)},
        {"url": shelf.url, "before": publish("bazaar")},
        {"url": shelf.url, "before": publish("shop")},
        {"url": shelf.url, "before": lambda: retire_asset(shelf.asset, actor=HOUSE)},
        {"url": shelf.url, "before": lambda: approve_asset(shelf.asset, actor=HOUSE)},
        {"url": shelf.url, "before": lambda: delete_asset(shelf.asset, actor=HOUSE)},
    )
    assert (back.status_code, approved.status_code) == (200, 200)
    assert_refused(gone, 404, "unpublished")
    assert_refused(elsewhere, 404, "unpublished")
    assert_refused(retired, 404, "unpublished")
    assert_refused(deleted, 404, "unknown-media")


def test_the_current_approved_version_is_served_whatever_the_link_names(shelf):
    from dam.models import AssetVersion
    from dam.services.approvals import approve_asset
    from foundation.blobs.services import store_blob

    blob = store_blob(b"another original", media_type="image/jpeg")
    second = AssetVersion.objects.create(
        asset=shelf.asset, number=2, blob=blob, filename="b.jpg", media_type="image/jpeg", created_at=moment.now()
    )
    make_rendition(second, shelf.preset, b"the second")
    audience = f"user:{shelf.steward.user_id}"
    draft, preview, old_preview, approved = ask(
        shelf.url,
        grant(shelf, audience, version=2),
        grant(shelf, audience, version=1),
        {"url": shelf.url, "before": lambda: approve_asset(shelf.asset, actor=HOUSE)},
    )
    assert draft.content == BYTES
    assert preview.content == b"the second"
    assert old_preview.content == BYTES
    assert approved.content == b"the second"


def test_links_for_things_that_are_not_there(shelf):
    from foundation.links.services import delivery_link
    from foundation.links.tokens import ListingToken

    def link(**changes):
        given = {"asset": shelf.asset.uid, "version": 1, "preset": "card", "channel": "shop", "market": "DACH"}
        return delivery_link(ListingToken(**(given | changes)), name="x")

    for answer in ask(link(asset=uuid4()), link(preset="original"), link(channel="nowhere"), link(market="XX")):
        assert_refused(answer, 404, "unknown-media")
    # a preset of another channel is not a way around its rights, and a draft is nobody's
    assert_refused(ask(link(channel="bazaar"))[0], 404, "unpublished")
    draft, *_ = make_asset("Draft", b"a draft", state="draft")
    assert_refused(ask(link(asset=draft.uid))[0], 404, "unpublished")


def test_forged_changed_and_misspelt_links(shelf):
    token = shelf.url.split("/")[-2]
    forged = shelf.url.replace(token, token[:-2] + ("AA" if token[-2:] != "AA" else "BB"))
    for wish, status, code in (
        (forged, 403, "bad-token"),
        (shelf.url.replace(token, "G" + token[1:]), 403, "bad-token"),
        (shelf.url.replace(token, token.split(".")[1]), 403, "bad-token"),
        ({"url": shelf.url, "params": {"w": "9"}}, 404, "unknown-media"),
        ({"url": shelf.url.replace("/wool", "/%77ool").replace("%77", "%2577")}, 404, "unknown-media"),
        ({"url": shelf.url + "/"}, 404, "unknown-media"),
    ):
        assert_refused(ask(wish)[0], status, code)
    assert [row[:3] for row in refusals()] == [(403, "bad-token", None)] * 3 + [(404, "unknown-media", None)] * 3


def test_no_refusal_keeps_a_link(shelf):
    from delivery.models import DeliveryRefusal

    change_terms(shelf, territories=frozenset({"US"}))
    ask(shelf.url, shelf.url + "/", {"url": shelf.url, "params": {"x": "1"}})
    token = shelf.url.split("/")[-2]
    for row in DeliveryRefusal.objects.values():
        assert not [value for value in row.values() if isinstance(value, str) and token.split(".")[2] in value]


def test_other_addresses_and_methods(shelf):
    healthy, head, lost, posted, options = ask(
        "/healthz",
        {"url": "/healthz", "method": "HEAD"},
        "/admin/",
        {"url": shelf.url, "method": "POST"},
        {"url": shelf.url, "method": "OPTIONS"},
    )
    assert (healthy.status_code, healthy.text, head.status_code, head.content) == (200, "ok", 200, b"")
    assert_refused(lost, 404, "missing")
    for answer in (posted, options):
        assert_refused(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == "GET, HEAD"


def test_a_preview_is_for_people_who_are_still_here(shelf):
    from dam.services.licences import unassign_licence
    from foundation.accounts.models import User

    unassign_licence([shelf.asset], licence=shelf.licence, actor=HOUSE)
    user = User.objects.get(pk=shelf.steward.user_id)
    link = grant(shelf, f"user:{user.pk}")
    fine, gone, back, without_role, stranger = ask(
        link,
        {"url": link, "before": lambda: User.objects.filter(pk=user.pk).update(is_active=False)},
        {"url": link, "before": lambda: User.objects.filter(pk=user.pk).update(is_active=True)},
        {"url": link, "before": lambda: user.grants.all().delete()},
        grant(shelf, "user:999999"),
    )
    assert (fine.status_code, fine.content, back.status_code) == (200, BYTES, 200)
    assert fine.headers["cache-control"] == "private, no-cache"
    for answer in (gone, without_role, stranger):
        assert_refused(answer, 403, "wrong-audience")


def test_a_key_s_preview_ends_with_the_key(shelf):
    from delivery.services.links import audience_of
    from foundation.accounts.models import ApiKey, User
    from foundation.accounts.queries import actor_of
    from foundation.accounts.services import create_api_key, revoke_api_key

    user = User.objects.get(pk=shelf.steward.user_id)
    key, _ = create_api_key(user=user, name="shop", actor=HOUSE)
    other, _ = create_api_key(user=user, name="other", actor=HOUSE)
    link = grant(shelf, audience_of(actor_of(user, key=key)))
    fine, revoked = ask(link, {"url": link, "before": lambda: revoke_api_key(prefix=key.prefix, actor=HOUSE)})
    assert fine.status_code == 200
    assert_refused(revoked, 403, "wrong-audience")
    link = grant(shelf, audience_of(actor_of(user, key=other)))
    ApiKey.objects.filter(pk=other.pk).update(expires_at=moment.now())
    assert_refused(ask(link)[0], 403, "wrong-audience")


def test_a_grant_ends_at_its_second_and_asks_for_rights(shelf):
    audience = f"user:{shelf.steward.user_id}"
    link, download = grant(shelf, audience, seconds=60), grant(shelf, audience, use="web", seconds=60)
    with moment.frozen(moment.now() + timedelta(seconds=61)):
        assert_refused(ask(link)[0], 410, "token-over")
    assert_refused(ask(download)[0], 451, "territory")
    change_terms(shelf, uses=frozenset({"web"}))
    assert ask(download)[0].content == BYTES
    assert_refused(ask(grant(shelf, audience, use="print"))[0], 403, "use")


def test_only_a_trusted_edge_names_the_country(shelf, settings):
    link = grant(shelf, f"user:{shelf.steward.user_id}", use="web")
    wish = {"url": link, "headers": {"X-Country": "de"}}
    assert_refused(ask(wish)[0], 451, "territory")
    settings.CLIENT_COUNTRY_HEADER = "X-Country"
    assert ask(wish)[0].status_code == 200
    assert_refused(ask({"url": link, "headers": {"X-Country": "US"}})[0], 451, "territory")
    assert_refused(ask(link)[0], 451, "territory")


def test_a_refusal_is_kept_while_the_application_runs(shelf):
    """Not only at its end: within a moment of the answer."""
    seen = []

    def look() -> None:
        time.sleep(0.6)
        seen.extend(refusals())

    change_terms(shelf, territories=frozenset({"US"}))
    ask(shelf.url, {"url": "/healthz", "before": look})
    assert [row[:2] for row in seen] == [(451, "territory")]


def test_reading_refusals(shelf, client_of, steward, outsider):
    change_terms(shelf, territories=frozenset({"US"}))
    ask(shelf.url, shelf.url, shelf.url + "/")
    client = client_of(steward)
    first = client.get("/api/v1/refusals?limit=2").json()
    assert [row["code"] for row in first["results"]] == ["unknown-media", "territory"]
    rest = client.get(first["next"]).json()
    assert [row["code"] for row in rest["results"]] == ["territory"]
    assert rest["results"][0]["asset_uid"] == str(shelf.asset.uid)
    for query, count in (
        ("code=territory", 2), ("channel=shop&market=DACH", 2), (f"asset={shelf.asset.uid}", 2),
        ("until=2020-01-01T00:00:00Z", 0), ("since=2020-01-01T00:00:00Z", 3), ("code=other", 0),
    ):  # fmt: skip
        assert len(client.get(f"/api/v1/refusals?{query}").json()["results"]) == count, query
    assert client.get("/api/v1/refusals?asset=x").status_code == 400
    assert client_of(outsider).get("/api/v1/refusals").json()["results"] == []


def test_links_of_a_closed_account_stay_dead_when_it_is_reopened(shelf):
    from dam.services.licences import unassign_licence
    from delivery.services.links import audience_of
    from foundation.accounts.models import User
    from foundation.accounts.queries import actor_of
    from foundation.accounts.services import close_account, reopen_account

    unassign_licence([shelf.asset], licence=shelf.licence, actor=HOUSE)
    user = User.objects.get(pk=shelf.steward.user_id)
    link = grant(shelf, audience_of(actor_of(user)))
    fine, closed, reopened = ask(
        link,
        {"url": link, "before": lambda: close_account(user=user, actor=HOUSE)},
        {"url": link, "before": lambda: reopen_account(user=user, actor=HOUSE)},
    )
    assert fine.status_code == 200
    assert_refused(closed, 403, "wrong-audience")
    assert_refused(reopened, 403, "wrong-audience")
    user.refresh_from_db()
    [new] = ask(grant(shelf, audience_of(actor_of(user))))
    assert new.status_code == 200


def test_whose_role_comes_by_a_group_may_look_too(shelf):
    from dam.services.licences import unassign_licence
    from delivery.services.links import audience_of
    from foundation.accounts.queries import actor_of
    from foundation.accounts.services import add_members, create_group, create_user, grant_role, remove_members

    unassign_licence([shelf.asset], licence=shelf.licence, actor=HOUSE)
    nora, group = create_user(username="nora", actor=HOUSE), create_group(name="Lookers", actor=HOUSE)
    grant_role(holder=group, role="studio", actor=HOUSE)
    link = grant(shelf, audience_of(actor_of(nora)))
    without, member, no_more = ask(
        link,
        {"url": link, "before": lambda: add_members(group=group, users=[nora], actor=HOUSE)},
        {"url": link, "before": lambda: remove_members(group=group, users=[nora], actor=HOUSE)},
    )
    assert_refused(without, 403, "wrong-audience")
    assert member.status_code == 200
    assert_refused(no_more, 403, "wrong-audience")
