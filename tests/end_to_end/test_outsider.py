"""Who is limited to a market learns nothing of the others: neither a name, nor a count, nor that something exists.

The house is filled with what is in the US, everything is read, then it is filled with what is elsewhere, and everything
is read again: the answers must be the same. Then ids of foreign things are put wherever an id can be put. F23.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from dam.models import Asset, Licence
from foundation.accounts.models import User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import create_api_key, create_group
from foundation.approval.services import propose_change
from foundation.core.actors import system
from foundation.events.models import Event
from foundation.workflow.models import WorkItem
from pim.models import Product
from syndication.models import Listing
from tests.cast import make_actor

from . import filled, walking
from .walking import UNSAFE, Operation, browser, endpoints, pages, text_of
from .writing import BODIES, NAMES_NOTHING, SHARED, sent, targets

UNKNOWN = str(uuid4())
LIMITED = ("steward", "merchant", "studio", "integrator")
PAGE_QUERIES = (
    "q", "proposal", "channel", "market", "scope", "rejected", "reason", "unplaced", "asset", "product", "for", "cell",
)  # fmt: skip
CLOSED_TO_STEWARDS = {
    "/theme/",
    "/login/",
    "/login/factor/",
    "/login/passkey/",
    "/logout/",
    "/api/v1/ingests",
    "/api/v1/uploads",
    "/ingests/",
    "/api/v1/attributes/cost",
    "/api/v1/attributes/formula",
    "/settings/people/",
    "/settings/providers/",
    "/settings/providers/new/",
    # what they have not set up
    "/settings/sign-in/codes/",
    "/settings/sign-in/app/remove/",
    "/settings/people/new/",
    "/settings/groups/",
    "/settings/directory/",
    "/settings/audit/",
    "/settings/audit/export/",
    "/settings/audit/1/",
    "/api/v1/audit",
    "/api/v1/audit/1",
    "/api/v1/audit/chain",
    "/api/v1/audit/export",
    "/settings/groups/new/",
    "/settings/roles/new/",
    "/settings/record-types/makers/new/",
    "/settings/families/coats/move/",
    "/settings/families/cups/move/",
    "/settings/families/coats/axes/",
    "/settings/families/cups/axes/",
    "/settings/attributes/new/",
    "/settings/attributes/cost/",
    "/settings/attributes/formula/",
    "/settings/attribute-groups/new/",
    *(f"/settings/attributes/{code}/options/new/" for code in ("name", "price", "cost", "formula")),
    "/settings/attributes/cost/options/",
    "/settings/attributes/formula/options/",
    "/api/v1/attributes/cost/options",
    "/api/v1/attributes/formula/options",
    "/settings/markets/new/",
    "/settings/languages/new/",
    "/settings/channels/new/",
    "/settings/presets/new/",
    "/settings/queues/new/",
    "/settings/rules/new/",
    "/settings/relation-types/new/",
    # they are asked about a category, a tree or a word
    "/api/v1/schemas/google/suggestions",
    "/api/v1/schemas/google/coverage",
    "/api/v1/vocabularies/colours/meaning",
    # and about attributes
    "/api/v1/products/facets",
    # the bazaar serves GB alone
    "/settings/channels/bazaar/",
    "/channels/bazaar/",
    "/channels/bazaar/assortment/",
    # feeds speak of all markets of a channel
    "/channels/bazaar/sending/",
    "/channels/shop/sending/",
    "/api/v1/channels/bazaar/standing",
}
FOR_ALL = {"/login/", "/login/closed/", "/theme/"}
# Where people come back from providers, nobody being signed in yet; and what a uid is no address of.
FROM_PROVIDERS = re.compile(r"/sso/(openid|saml)/|/settings/sign-in/passkeys/<int:")
# Asset and licence pages on which the studio writes.
STUDIO_ONLY = re.compile(r"/(assets/[^/]+/(edit|licences|new-version|full-size)|licences/[^/]+/revoke|licences/new)/")
# Where a variant stands is changed by who edits in all markets and branches.
FOR_THE_WHOLE = re.compile(r"/products/[^/]+/detach/|/api/v1/products/ATLAS-red-s/matrix")
# What a channel may receive is told to all who may read the channel, restricted attributes included.
PUBLISHED = ("/api/v1/listings/", "/api/v1/channels/", "/listings/")
# Refusals and sensitive reads stand in the audit, whoever is refused.
LEAVES_TRACES = {"accounts_apikeyuse", "django_session", "accounts_user", "audit_entry"}


@pytest.fixture(autouse=True)
def _static_from_source(settings: Any) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture
def people(world: Any) -> dict[str, Any]:
    return {role: make_actor(f"us-{role}", role, market="US") for role in LIMITED}


@pytest.fixture
def house(request: Any, world: Any, people: dict[str, Any]) -> SimpleNamespace:
    """Filled, with ids of what is foreign to the US and of what is not, by the segment of the address."""
    filled.fill_own(world)
    before = {}
    if request.node.name == test_what_is_elsewhere_changes_no_answer.__name__:
        before = {name: read_everything(browser(actor)) for name, actor in people.items()}
    foreign = filled.fill_foreign(world)
    foreign |= {"bindings": filled.foreign_bindings(), "proposals": filled.foreign_bindings()}
    foreign |= dict.fromkeys(("work-items", "work"), foreign["work items"])
    view = str(filled.foreign_view())
    foreign |= {"views": [view], "saved-views": [view]}
    foreign |= {"bulk": foreign["bulk-changes"], "people": [str(somebody_abroad())], "groups": [str(group_abroad())]}
    key = key_abroad()
    foreign |= {"keys": [key], "api-keys": [key]}
    asked = str(asked_abroad())
    foreign |= {"change-requests": [asked], "requests": [asked]}
    foreign |= {"licences": filled.foreign_licences(), "products": [*foreign["products"], "CIRRUS"]}
    foreign |= {"revisions": filled.revisions_of(foreign["listings"])}
    assert all(foreign.values()), {name: len(ids) for name, ids in foreign.items()}
    return SimpleNamespace(before=before, foreign=foreign, own=own_ids())


def somebody_abroad() -> Any:
    """The uid of somebody of another market."""
    actor = make_actor("abroad", "steward", market="GB")
    return User.objects.get(pk=actor.user_id).uid


def asked_abroad() -> Any:
    """The uid of a change that somebody of the whole house asks for."""
    parameters = {"category": "products/elsewhere"}
    actor = make_actor("asker", "steward")
    return propose_change(kind="taxonomy.retire", parameters=parameters, reason=filled.MARK, actor=actor).uid


def group_abroad() -> Any:
    """The uid of a group, which only administrators know."""
    return create_group(name=f"Team of {filled.MARK}", actor=system("tests")).uid


def key_abroad() -> str:
    """The prefix of a key of the same person's."""
    user = User.objects.get(username="abroad")
    key, _ = create_api_key(user=user, name=f"Shop of {filled.MARK}", actor=actor_of(user))
    return key.prefix


def own_ids() -> dict[str, list[str]]:
    from associations.models import Binding

    atlas = Product.objects.get(sku="ATLAS")
    work = [str(uid) for uid in WorkItem.objects.filter(market="US").values_list("uid", flat=True)]
    return {
        "work-items": work,
        "work": work,
        "products": ["ATLAS", "BOREAL", "ATLAS-red-s"],
        "assets": [str(Asset.objects.get(title="atlas-front.jpg").uid)],
        "licences": [str(Licence.objects.get(name="Studio of ours").uid)],
        "bindings": [str(uid) for uid in Binding.objects.filter(product=atlas).values_list("uid", flat=True)],
        "proposals": [],
        "listings": [str(row.uid) for row in Listing.objects.filter(scope__market__code="US")],
        "revisions": filled.revisions_of(
            Listing.objects.filter(scope__market__code="US").values_list("uid", flat=True)
        ),
        "ingests": [],
        "uploads": [],
        "imports": [],
        "jobs": [],
        "views": [],
        "saved-views": [],
        "attributes": ["name", "price", "cost", "formula"],
        "families": ["coats", "cups"],
        "rules": ["named"],
        "validation-rules": ["named"],
        "record-types": ["makers"],
        "relation-types": ["pack"],
        "records": ["makers/harrow"],
        "record": ["makers/harrow"],
        "options": ["colour/red"],
        "option": ["colour/red"],
        "attribute-groups": ["facts"],
        "presets": ["card"],
        "queues": ["catalogue"],
        "trees": ["products"],
        "taxonomy": ["products"],
        "categories": ["products/wear"],
        "schemas": ["google"],
        "vocabularies": ["colours"],
        "terms": ["colours/red"],
        "change-requests": [],
        "requests": [],
        "channels": ["shop", "bazaar"],
        "markets": ["US"],
        "languages": ["en-US"],
        "roles": ["steward"],
        "people": [],
        "groups": [],
        "passkeys": [],
        "openid": [],
        "saml": [],
        "with": [],
        "providers": [],
        "keys": [],
        "api-keys": [],
        "feeds": [],
        "bulk-changes": [],
        "bulk": [],
        "audit": ["1"],
    }


def reads() -> list[Operation]:
    return [*endpoints("get"), *pages()]


def ids_for(operation: Operation, ids: dict[str, list[str]]) -> list[str]:
    """Pages name products by uid, the API by SKU."""
    kind = operation.kind
    if kind == "products" and not operation.path.startswith("/api/"):
        return [str(uid) for uid in Product.objects.filter(sku__in=ids[kind]).values_list("uid", flat=True)]
    return ids[kind]


def addresses(ids: dict[str, list[str]]) -> Iterator[str]:
    for operation in reads():
        if not operation.parameters:
            yield operation.path
            continue
        assert operation.kind in ids, (
            f"{operation.name}: say in test_outsider.py what is foreign among {operation.kind}"
        )
        yield from (operation.at(one) for one in ids_for(operation, ids))


def read_everything(client: Any, own: dict[str, list[str]] | None = None) -> dict[str, tuple[int, str]]:
    found = {}
    for address in addresses(own or own_ids()):
        response = client.get(address)
        assert response.status_code < 500, address
        found[address] = (response.status_code, text_of(response))
    return found


def names(foreign: dict[str, list[str]]) -> list[str]:
    """Texts that no answer may hold."""
    products = Product.objects.filter(sku__in=foreign["products"])
    shas = Asset.objects.filter(title__contains=filled.MARK).values_list("first_sha256", flat=True)
    every = [*(one for ids in foreign.values() for one in ids), *(str(row.uid) for row in products), *shas]
    return [filled.MARK, *sorted({one.lower() for one in every} - {"cirrus"})]


def holds(text: str, forbidden: list[str]) -> list[str]:
    lowered = text.lower()
    return [word for word in forbidden if word in lowered]


@pytest.mark.timeout(900)
def test_what_is_elsewhere_changes_no_answer(house: SimpleNamespace, people: dict[str, Any]) -> None:
    forbidden, complaints = names(house.foreign), []
    # pages that only lead on, or only take a form, have nothing to show
    shown = {200, 302, 405}
    found = {address: status for address, (status, _) in house.before["steward"].items() if status not in shown}
    closed = {address for address in found if STUDIO_ONLY.fullmatch(address) or FOR_THE_WHOLE.fullmatch(address)}
    assert found.keys() - closed <= CLOSED_TO_STEWARDS | unlisted(), found
    for name, actor in people.items():
        after = read_everything(browser(actor))
        assert after.keys() == house.before[name].keys()
        for address, (status, text) in after.items():
            if found := holds(text, forbidden):
                complaints.append(f"{name} {address} tells {found[:3]}")
            elif (status, text) != house.before[name][address]:
                complaints.append(f"{name} {address} changed: {difference(house.before[name][address][1], text)}")
    assert not complaints, "\n".join(complaints)


def unlisted() -> set[str]:
    """Listings that are not out: there is no document of theirs, nor an explanation where the product is gone, nor what
    they said while it was there.
    """
    gone = Listing.objects.filter(scope__market__code="US").exclude(state="live").values_list("uid", flat=True)
    named = {f"/api/v1/listings/{uid}{end}" for uid in gone for end in ("", "/explanation")}
    past = [f"/api/v1/listings/{one.replace('/', '/revisions/')}" for one in filled.revisions_of(gone)]
    return named | {f"{one}{end}" for one in past for end in ("", "/comparison")} | {
        f"/listings/{uid}/compare/" for uid in gone
    }  # fmt: skip


def difference(before: str, after: str) -> str:
    old, new = (re.split(r"(?<=[,>}\n])", one) for one in (before, after))
    return f"-{[one for one in old if one not in new][:4]} +{[one for one in new if one not in old][:4]}"


@pytest.mark.timeout(900)
def test_foreign_ids_are_like_unknown_ones(house: SimpleNamespace, people: dict[str, Any]) -> None:
    forbidden, complaints = names(house.foreign), []
    for name, actor in people.items():
        client = browser(actor)
        for operation in reads():
            if not operation.parameters or operation.kind in SHARED:
                continue
            plain: dict[str, tuple[int, str]] = {}
            for one in ids_for(operation, house.foreign):
                unknown = walking.like(one, unknown=UNKNOWN)
                if unknown not in plain:
                    plain[unknown] = asked(client, operation.at(unknown), unknown)
                told = asked(client, operation.at(one), one)
                if told != plain[unknown] or told[0] not in {403, 404, 405}:
                    complaints.append(
                        f"{name} {operation.at(one)}: {told[0]} {told[1][:200]!r} is not {plain[unknown]}"
                    )
                elif found := holds(told[1], forbidden):
                    complaints.append(f"{name} {operation.at(one)} tells {found}")
    assert not complaints, "\n".join(complaints)


def asked(client: Any, address: str, identifier: str) -> tuple[int, str]:
    response = client.get(address)
    return response.status_code, text_of(response).replace(identifier, "ID")


@pytest.mark.timeout(900)
def test_filters_and_searches_find_nothing_foreign(house: SimpleNamespace, people: dict[str, Any]) -> None:
    ask_for_foreign(house, {name: people[name] for name in ("steward", "studio")})  # between them they read everything


def ask_for_foreign(house: SimpleNamespace, people: dict[str, Any], *, known: tuple[str, ...] = ()) -> None:
    """Each query parameter gets foreign values and values of nothing: the answers must not differ. Values that these
    people may know are not asked for.
    """
    sha = Asset.objects.get(title="zorblax-front.jpg").first_sha256
    probes = [
        ("ZORBLAX-red-s", "NOWHERE-red-s"), ("zorblax", "nirvana"), ("cirrus by", "nirvan by"), (sha, "0" * 64),
        (house.foreign["gtins"][0], "09520000009999"), (house.foreign["assets"][0], str(uuid4())),
        (house.foreign["proposals"][0], str(uuid4())), ("shop/GB/en-GB", "shop/JP/ja-JP"),
    ]  # fmt: skip
    complaints = []
    for name, actor in people.items():
        client = browser(actor)
        for operation in reads():
            is_page = not operation.path.startswith("/api/")
            queries = tuple((query, ()) for query in PAGE_QUERIES) if is_page else operation.queries
            if operation.path == "/parts/" or (is_page and operation.parameters):
                continue
            address = (
                operation.at(house.own[operation.kind][0])
                if operation.parameters and house.own[operation.kind]
                else operation.path
            )
            if "{" in address:
                continue
            if is_page and client.get(address).status_code in {403, 405}:
                continue
            for query, closed in queries:
                pairs = fitting(query, probes) if is_page else probes_of(query, closed, probes)
                for mine, nothing in (one for one in pairs if one[0] not in known):
                    told, plain = (answer_to(client, address, query, value) for value in (mine, nothing))
                    if told != plain:
                        complaints.append(f"{name} {address}?{query}={mine}: {told[0]} {difference(plain[1], told[1])}")
    assert not complaints, "\n".join(complaints)


def fitting(query: str, probes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What a page's parameter may take: words, an id, or a place."""
    words, ids, places = probes[:5], probes[5:7], probes[7:]
    if query == "q":
        return words
    if query in {"proposal", "asset", "product", "for"}:
        return ids
    return [*places, ("GB", "DACH")] if query in {"market", "scope", "cell"} else [*places, words[0]]


def probes_of(query: str, closed: tuple[str, ...], probes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A market's code is nobody's secret: two foreign ones must be answered alike. Cursors have a test of their own."""
    if closed or query == "cursor":
        return []
    return [*probes, ("GB", "DACH")] if query == "market" else probes


def answer_to(client: Any, address: str, query: str, value: str) -> tuple[int, str]:
    response = client.get(address, {query: value})
    text = text_of(response)
    short = (f"={value}", f'="{value}" selected', f">{value} (0)<")  # as a choice that is the asker's own word
    for spelled in (value, value.replace("/", "%2F"), value.replace(" ", "+")) if len(value) > 4 else short:
        text = text.replace(spelled, "VALUE")
    return response.status_code, text


@pytest.mark.timeout(900)
def test_writes_with_foreign_ids_do_nothing(house: SimpleNamespace, people: dict[str, Any]) -> None:
    """Refused as if the thing did not exist, and no row, event or revision is left behind."""
    forbidden, complaints, walked = names(house.foreign), [], set()
    for name, actor in [("nobody", None), *people.items()]:
        client, before = browser(actor), counted()
        for operation in endpoints(*UNSAFE):
            if operation.name in NAMES_NOTHING:
                continue
            assert operation.name in BODIES, f"{operation.name}: give writing.py a body for it"
            walked.add(operation.name)
            for foreign, unknown in targets(operation, house):
                told, plain = (sent(client, operation, *one) for one in (foreign, unknown))
                if told != plain or told[0] not in {401, 403, 404}:
                    complaints.append(f"{name} {operation.name} {foreign}: {told} is not {plain}")
                if found := set(holds(told[1], forbidden)) - {one.lower() for one in foreign[1]}:
                    complaints.append(f"{name} {operation.name} tells {found}")
                if (now := counted()) != before:
                    complaints.append(f"{name} {operation.name} {foreign} wrote: {now.items() - before.items()}")
                    before = now
    assert not complaints, "\n".join(complaints)
    assert walked == BODIES.keys()


def counted() -> dict[str, int]:
    """Rows of every table; revisions and the outbox are among them."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    parts = [f"SELECT '{table}', count(*) FROM {table}" for table in tables if table not in LEAVES_TRACES]  # noqa: S608  names of ours
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


@pytest.mark.timeout(900)
def test_secrets_are_for_those_who_may(house: SimpleNamespace, people: dict[str, Any]) -> None:
    """Nobody without the permission reads a secret in any answer, and no event, listing or asset has one."""
    everybody = people | {role: make_actor(f"all-{role}", role) for role in LIMITED}
    complaints = []
    for name, actor in everybody.items():
        secret = [filled.SECRET, filled.RECIPE]
        restricted = [] if actor.may("pim.view_restricted") else [filled.RESTRICTED]
        client = browser(actor)
        for address in {*addresses(own_ids()), *addresses(house.foreign | shared_ids())}:
            response = client.get(address)
            assert response.status_code < 500, address
            hidden = secret + ([] if address.startswith(PUBLISHED) else restricted)
            if found := [word for word in hidden if word in text_of(response)]:
                complaints.append(f"{name} {address} tells {found}")
    assert not complaints, "\n".join(complaints)
    told = [str(row) for row in Event.objects.values_list("data", flat=True)]
    told += [
        *Listing.objects.values_list("body", flat=True),
        *map(str, Asset.objects.values_list("metadata", flat=True)),
    ]
    assert not [text for text in told if filled.SECRET in text or filled.RECIPE in text]
    assert not [text for text in map(str, Event.objects.values_list("data", flat=True)) if filled.RESTRICTED in text]


def shared_ids() -> dict[str, list[str]]:
    return {name: ids for name, ids in own_ids().items() if name in SHARED}


def test_nobody_sees_anything(house: SimpleNamespace) -> None:
    """Without a session everything is refused; the sign-in page and the theme are for all."""
    client, complaints = browser(None), []
    for operation in endpoints("get", *UNSAFE):
        address = (
            operation.at(house.own.get(operation.kind, ["x"])[0] if house.own.get(operation.kind) else str(uuid4()))
            if operation.parameters
            else operation.path
        )
        if client.generic(operation.method.upper(), address).status_code != 401:
            complaints.append(operation.name)
    for operation in pages():
        address = operation.at(str(uuid4())) if operation.parameters else operation.path
        if operation.path in FOR_ALL or FROM_PROVIDERS.match(operation.path):
            continue
        if client.get(address).status_code not in {302, 405}:
            complaints.append(operation.name)
    assert not complaints


@pytest.mark.parametrize("is_staff", [False, True])
def test_the_admin_is_for_administrators(house: SimpleNamespace, people: dict[str, Any], is_staff: bool) -> None:
    """Being let into the admin shows nothing yet: each table asks for a permission that roles do not give."""
    from foundation.accounts.models import User

    forbidden, complaints = [*names(house.foreign), filled.SECRET, filled.RECIPE.lower()], []
    for name, actor in (people | {"everywhere": make_actor("sid", "steward")}).items():
        User.objects.filter(pk=actor.user_id).update(is_staff=is_staff)
        client = browser(actor)
        for address in walking.admin_pages():
            response = client.get(address)
            open_to_staff = is_staff and address == "/admin/"
            if response.status_code != (200 if open_to_staff else 403 if is_staff else 302):
                complaints.append(f"{name} {address}: {response.status_code}")
            if found := holds(text_of(response).replace(address, "ADDRESS"), forbidden):
                complaints.append(f"{name} {address} tells {found}")
    assert not complaints, "\n".join(complaints[:20])
