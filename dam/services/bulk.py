"""What may be done to many assets at once. Each asset is changed by the service for one."""

from __future__ import annotations

import contextlib
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from dam.choices import AssetState, VersionState
from dam.models import Asset, AssetLicence, AssetVersion, Licence
from dam.services.approvals import approve_asset, reset_approval, retire_asset
from dam.services.assets import TEXTS, agreed_keywords, edit_asset
from dam.services.licences import assign_licence, unassign_licence
from foundation.bulk.registry import (
    Noun,
    Parameters,
    Verb,
    choice_of,
    read_parameters,
    register_noun,
    register_verbs,
)
from foundation.core.actors import Actor
from foundation.core.errors import Conflict, Invalid, TandemError
from foundation.history.queries import Trace
from foundation.markets.models import Market

APPEND, REPLACE, REMOVE = "append", "replace", "remove"
WORDS = 100


def offer_asset_verbs() -> None:
    """Offer assets and their verbs."""
    register_noun(Noun("asset", Asset.objects.visible_to, str))
    register_verbs(Approve(), Retire(), Keywords(), Texts(), Markets(), Licences())


class _Standing(Verb):
    """Approval, for which an asset's versions count too."""

    noun = "asset"
    permission = "dam.approve"
    is_plain = True

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        return read_parameters(given)

    def sentence(self, parameters: Parameters) -> str:
        return self.label

    def images(self, ids: Sequence[int], parameters: Parameters) -> dict[int, Any]:
        approved = Max("versions__number", filter=Q(versions__state=VersionState.APPROVED))
        rows = Asset.objects.filter(pk__in=ids).annotate(approved=approved)
        fields = ("pk", "state", "current_version__number", "approved")
        return {
            pk: {"state": state, "version": version, "approved": number or 0}
            for pk, state, version, number in rows.values_list(*fields)
        }

    def spell(self, image: Any, parameters: Parameters) -> str:
        return f"{AssetState(image['state']).label}, version {image['version']}"

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        reset_approval(subject, **image, actor=actor)

    def traces(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[Trace]]:
        found = {
            pk: [Trace("dam_asset", pk, ("state",)), Trace("dam_asset", pk, ("current_version_id",))] for pk in ids
        }
        for version, asset in AssetVersion.objects.filter(asset_id__in=ids).values_list("pk", "asset_id"):
            found[asset].append(Trace("dam_assetversion", version, ("state",)))
        return found


class Approve(_Standing):
    name = "dam.approve"
    label = "Approve"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        approve_asset(subject, actor=actor)


class Retire(_Standing):
    name = "dam.retire"
    label = "Retire"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        retire_asset(subject, actor=actor)


class _Said(Verb):
    """One thing that is said of an asset, and that `edit_asset` writes."""

    noun = "asset"
    permission = "dam.edit"

    @abstractmethod
    def field(self, parameters: Parameters) -> str:
        """Which."""

    @abstractmethod
    def wanted(self, current: Any, parameters: Parameters) -> Any:
        """What it becomes."""

    def images(self, ids: Sequence[int], parameters: Parameters) -> dict[int, Any]:
        field = self.field(parameters)
        rows = Asset.objects.filter(pk__in=ids)
        if field == "markets":
            return dict(rows.values_list("pk", "markets"))
        return {pk: said.get(field) for pk, said in rows.values_list("pk", "metadata")}

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        field = self.field(parameters)
        current = subject.markets if field == "markets" else subject.metadata.get(field)
        edit_asset(subject, changes={field: self.wanted(current, parameters)}, actor=actor, as_said=True)

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        edit_asset(subject, changes={self.field(parameters): image}, actor=actor, as_said=True)

    def traces(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[Trace]]:
        field = self.field(parameters)
        path = ("markets",) if field == "markets" else ("metadata", field)
        return {pk: [Trace("dam_asset", pk, path)] for pk in ids}


class Keywords(_Said):
    name = "dam.keywords"
    label = "Keywords"

    def field(self, parameters: Parameters) -> str:
        return "keywords"

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        checked = read_parameters(given, "mode", "keywords")
        said = _texts(checked, "keywords")
        mode = choice_of(checked, "mode", APPEND, REPLACE, REMOVE)
        # Those from before they were agreed on can be taken away too.
        keywords = list(dict.fromkeys([*(said if mode == REMOVE else ()), *agreed_keywords(said)]))
        if not keywords and mode != REPLACE:
            raise Invalid("Name at least one keyword", path="keywords")
        return {"mode": mode, "keywords": keywords}

    def sentence(self, parameters: Parameters) -> str:
        return _listing(parameters["mode"], "keywords", parameters["keywords"], none="no keyword")

    def wanted(self, current: Any, parameters: Parameters) -> Any:
        return _merged(current or [], parameters["keywords"], parameters["mode"]) or None


class Texts(_Said):
    name = "dam.text"
    label = "Text"

    def field(self, parameters: Parameters) -> str:
        return str(parameters["field"])

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        checked = read_parameters(given, "field", "mode", "text")
        field = choice_of(checked, "field", *TEXTS)
        mode = choice_of(checked, "mode", APPEND, REPLACE, REMOVE)
        text = checked.get("text") or ""
        if not isinstance(text, str) or len(text) > TEXTS[field]:
            raise Invalid(f"A {field} is a text of at most {TEXTS[field]:,} characters", path="text")
        if mode != REMOVE and not text.strip():
            raise Invalid("Say the text; to empty the field choose “Remove”", path="text")
        return {"field": field, "mode": mode, "text": "" if mode == REMOVE else text.strip()}

    def sentence(self, parameters: Parameters) -> str:
        field, text = parameters["field"].replace("_", " "), parameters["text"]
        short = text if len(text) <= 60 else f"{text[:57]}…"
        match parameters["mode"]:
            case "append":
                return f"Add “{short}” to the {field}"
            case "replace":
                return f"Set the {field} to “{short}”"
        return f"Remove the {field}"

    def wanted(self, current: Any, parameters: Parameters) -> Any:
        match parameters["mode"]:
            case "append":
                return f"{current} {parameters['text']}" if current else parameters["text"]
            case "replace":
                return parameters["text"]
        return None


class Markets(_Said):
    name = "dam.markets"
    label = "Markets"

    def field(self, parameters: Parameters) -> str:
        return "markets"

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        checked = read_parameters(given, "mode", "markets")
        markets, mode = _texts(checked, "markets"), choice_of(checked, "mode", APPEND, REPLACE, REMOVE)
        known = set(Market.objects.filter(code__in=markets).values_list("code", flat=True))
        if unknown := [code for code in markets if code not in known or not actor.sees("market", code)]:
            raise Invalid(f"There is no market {unknown[0]!r}", path="markets")
        if not markets and mode != REPLACE:
            raise Invalid("Name at least one market", path="markets")
        return {"mode": mode, "markets": sorted(markets)}

    def sentence(self, parameters: Parameters) -> str:
        return _listing(parameters["mode"], "markets", parameters["markets"], none="every market")

    def wanted(self, current: Any, parameters: Parameters) -> Any:
        """An empty list means every market, so it is neither added to nor come to by taking away."""
        mode = parameters["mode"]
        if mode == APPEND and not current:
            return current
        if mode == REMOVE and not current:
            raise Conflict("It is for every market; say which ones by “Replace”", path="markets")
        wanted = sorted(_merged(current, parameters["markets"], mode))
        if mode == REMOVE and not wanted:
            raise Conflict("It would be left without a market, which means every market", path="markets")
        return wanted

    def spell(self, image: Any, parameters: Parameters) -> str:
        return ", ".join(image) or "every market"


class Licences(Verb):
    name = "dam.licence"
    noun = "asset"
    permission = "dam.edit"
    label = "Licence"

    def check(self, given: Parameters, actor: Actor) -> dict[str, Any]:
        checked = read_parameters(given, "mode", "licence")
        mode, licence = choice_of(checked, "mode", "add", REMOVE), None
        with contextlib.suppress(ValueError):
            licence = Licence.objects.visible_to(actor).filter(uid=UUID(str(checked.get("licence")))).first()
        if licence is None:
            raise Invalid("Choose a licence that exists", path="licence")
        if mode == "add" and licence.revoked_at is not None:
            raise Invalid(f"{licence.name} is revoked, so it clears nothing", path="licence")
        return {"mode": mode, "licence": str(licence.uid), "name": licence.name}

    def sentence(self, parameters: Parameters) -> str:
        words = "Add the licence {}" if parameters["mode"] == "add" else "Remove the licence {}"
        return words.format(parameters["name"])

    def images(self, ids: Sequence[int], parameters: Parameters) -> dict[int, Any]:
        """The row by which it holds: one that somebody has taken away and added again is another."""
        held = AssetLicence.objects.filter(asset_id__in=ids, licence__uid=parameters["licence"])
        return dict.fromkeys(ids) | dict(held.values_list("asset_id", "pk"))

    def spell(self, image: Any, parameters: Parameters) -> str:
        return "Covered" if image else "Not covered"

    def change(self, subject: Any, parameters: Parameters, actor: Actor) -> None:
        self._write([subject], parameters, actor, holds=parameters["mode"] == "add")

    def carry_out(self, subjects: Iterable[Any], parameters: Parameters, actor: Actor) -> dict[int, TandemError]:
        """One event for all of them."""
        self._write(list(subjects), parameters, actor, holds=parameters["mode"] == "add")
        return {}

    def restore(self, subject: Any, image: Any, parameters: Parameters, actor: Actor) -> None:
        self._write([subject], parameters, actor, holds=image is not None)

    def bring_back(
        self, pairs: Sequence[tuple[Any, Any]], parameters: Parameters, actor: Actor
    ) -> dict[int, TandemError]:
        for holds in (True, False):
            if several := [subject for subject, image in pairs if (image is not None) is holds]:
                self._write(several, parameters, actor, holds=holds)
        return {}

    def traces(self, ids: Sequence[int], parameters: Parameters) -> dict[int, list[Trace]]:
        held = AssetLicence.objects.filter(asset_id__in=ids, licence__uid=parameters["licence"])
        found: dict[int, list[Trace]] = {pk: [] for pk in ids}
        for pk, asset in held.values_list("pk", "asset_id"):
            found[asset].append(Trace("dam_assetlicence", pk))
        return found

    def _write(self, assets: list[Any], parameters: Parameters, actor: Actor, *, holds: bool) -> None:
        licence = Licence.objects.get(uid=parameters["licence"])
        write = assign_licence if holds else unassign_licence
        write(assets, licence=licence, actor=actor)


def _texts(given: Mapping[str, Any], name: str) -> list[str]:
    value = given.get(name) or []
    if not isinstance(value, list) or len(value) > WORDS or not all(isinstance(one, str) for one in value):
        raise Invalid(f"{name} is a list of at most {WORDS} texts", path=name)
    return list(dict.fromkeys(one.strip() for one in value if one.strip()))


def _merged(current: Sequence[str], given: Sequence[str], mode: str) -> list[str]:
    match mode:
        case "append":
            return [*current, *(one for one in given if one not in current)]
        case "replace":
            return list(given)
    return [one for one in current if one not in given]


def _listing(mode: str, noun: str, words: Sequence[str], *, none: str) -> str:
    told = ", ".join(words) or none
    match mode:
        case "append":
            return f"Add the {noun} {told}"
        case "replace":
            return f"Replace the {noun} by {told}"
    return f"Remove the {noun} {told}"
