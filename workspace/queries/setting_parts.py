"""The first page of settings: what there is to define, in sections, with how much of it there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.urls import reverse

from dam.models import Preset
from foundation.accounts.models import ApiKey, Group, Provider, RoleDefinition, User
from foundation.approval.choices import RequestState
from foundation.approval.models import ChangeRequest, may_look
from foundation.audit.queries.chain import last_batch
from foundation.core.actors import Actor
from foundation.markets.models import Channel, Locale, Market
from foundation.provisioning.models import Entry
from foundation.taxonomy.models import ExternalSchema, Tree, Vocabulary
from foundation.workflow.queries import queues_of
from pim.models import Attribute, AttributeGroup, Family, RecordType, RelationType, ValidationRule


@dataclass(frozen=True)
class Part:
    """A card."""

    title: str
    url: str
    icon: str
    words: str
    count: int


@dataclass(frozen=True)
class Section:
    title: str
    parts: list[Part]


def sections(actor: Actor) -> list[Section]:
    """Those parts that concern this actor."""
    found = [
        Section("Publishing", list(_publishing(actor))),
        Section("Products", list(_products(actor))),
        Section("Categories and words", list(_categories(actor))),
        Section("People and access", list(_people(actor))),
        Section("The house", list(_house(actor))),
    ]
    return [one for one in found if one.parts]


def _part(title: str, name: str, icon: str, words: str, rows: QuerySet[Any]) -> Part:
    return Part(title, reverse(name), icon, words, rows.count())


def _publishing(actor: Actor) -> Iterator[Part]:
    words = "Where you sell: countries, languages, currency, units"
    yield _part("Markets", "market_list", "market", words, Market.objects.visible_to(actor))
    yield _part(
        "Languages", "locale_list", "locale", "Languages of texts, and where each falls back to", Locale.objects.all()
    )
    words = "Where you publish: markets and languages"
    yield _part("Channels", "channel_settings", "listing", words, Channel.objects.visible_to(actor))
    if actor.may("dam.view"):
        words = "Sizes and formats in which pictures go out"
        yield _part("Presets", "preset_list", "asset", words, Preset.objects.visible_to(actor))


def _products(actor: Actor) -> Iterator[Part]:
    if not actor.may("pim.view"):
        return
    words = "The facts that can be said of products, and their options"
    yield _part("Attributes", "attribute_list", "tag", words, Attribute.objects.visible_to(actor))
    words = "What stands together on products’ pages"
    yield _part(
        "Groups of attributes", "attribute_group_list", "bullets", words, AttributeGroup.objects.visible_to(actor)
    )
    words = "Which attributes kinds of products have, and what channels require"
    yield _part("Families", "family_list", "product", words, Family.objects.visible_to(actor))
    words = "Brands, materials, size charts: said once, named by products"
    yield _part("Records", "record_type_list", "bookmark", words, RecordType.objects.visible_to(actor))
    words = "Accessories, replacements, packs: what products may be to each other"
    yield _part("Types of relations", "relation_type_list", "share", words, RelationType.objects.visible_to(actor))
    words = "What must hold of several values together"
    yield _part("Rules", "rule_list", "check", words, ValidationRule.objects.visible_to(actor))


def _categories(actor: Actor) -> Iterator[Part]:
    words = "The product hierarchy, and trees to browse by"
    yield _part("Categories", "tree_list", "layers", words, Tree.objects.visible_to(actor))
    words = "Trees of others, and what our categories are in them"
    yield _part("External schemas", "schema_list", "globe", words, ExternalSchema.objects.visible_to(actor))
    words = "Words that the house agreed on, with their synonyms"
    yield _part("Vocabularies", "vocabulary_list", "tag", words, Vocabulary.objects.visible_to(actor))
    if may_look(actor):
        words = "Changes of categories that one asks for and another decides"
        waiting = ChangeRequest.objects.visible_to(actor).filter(state=RequestState.OPEN)
        yield _part("Change requests", "change_request_list", "check", words, waiting)


def _people(actor: Actor) -> Iterator[Part]:
    words = "Password, passkeys, and where you are signed in"
    yield _part("Your sign-in", "mfa_index", "lock", words, UserSession.objects.filter(user_id=actor.user_id))
    yield _part("API keys", "key_list", "tag", "What programs call the API by", ApiKey.objects.visible_to(actor))
    yield _part("Roles", "role_list", "check", "What each role may do", RoleDefinition.objects.all())
    if actor.may("accounts.manage"):
        yield _part("People", "person_list", "users", "Who signs in, what they may do, and where", User.objects.all())
        yield _part("Groups", "group_list", "users", "People who are given roles together", Group.objects.all())
        words = "Accounts of your company that people sign in by"
        yield _part("Sign-in providers", "provider_list", "globe", words, Provider.objects.all())
        words = "What your directory said by SCIM, and what became of it"
        yield _part("Directory", "exchange_list", "refresh", words, Entry.objects.all())


def _house(actor: Actor) -> Iterator[Part]:
    if actor.may("workflow.work"):
        yield _part("Queues", "queue_list", "work", "Piles of work, and the role that owns each", queues_of(actor))
    if actor.may("audit.view"):
        last = last_batch()
        words = "Who wrote and read what, in a chain that shows what was altered"
        yield Part("Audit", reverse("audit"), "clock", words, last.last if last else 0)
