"""Options of selects: made and changed one by one or many at once, retired, deleted while nothing names them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from foundation.core.actors import Actor, system
from foundation.core.errors import Conflict, Invalid, Missing
from foundation.events.services import append_event
from foundation.history.services import recorded
from foundation.taxonomy.errors import StillUsed
from foundation.taxonomy.services.trees import check_version, checked_labels
from pim import events
from pim.choices import AttributeType, Sensitivity
from pim.models import Attribute, Option
from pim.queries.options import is_named
from pim.services.reference import uid_of
from pim.services.vocabulary_options import OWN, follow_term, require_no_term, require_own, require_terms, vocabulary_of
from pim.services.words import checked_channels, checked_long_code, checked_synonyms

MAX_AT_ONCE = 1_000
EMPTY: dict[str, Any] = {
    "labels": {}, "synonyms": [], "external_codes": {}, "swatch": "", "position": 0, "is_retired": False,
}  # fmt: skip
LAST = 1_000_000_000
_SWATCH = re.compile(r"#[0-9a-f]{6}")


def write_option(
    attribute: Attribute, *, document: Mapping[str, Any], actor: Actor, must_be: str = "", is_whole: bool = False,
    expected_version: int | None = None,
) -> Option:  # fmt: skip
    """Create or change one option. What is not named stays, or with `is_whole` is emptied; a new one comes last.

    `must_be` is "new" or "known". Raises `Conflict`, `Missing`, `Stale`, or `Invalid` whose path names the field.
    """
    actor = actor.require("pim.define")
    with recorded(actor):
        code = document.get("code", "")
        known = attribute.options.filter(code=code).first() if isinstance(code, str) and "\0" not in code else None
        if must_be == "new" and known is not None:
            raise Conflict(f"There is an option {code} already", path="code")
        if must_be == "known" and known is None:
            raise Missing("There is no such option", path="option")
        check_version(known.version if known else 0, expected_version)
        return write_options(attribute, documents=[document], actor=actor, is_whole=is_whole)[0]


def write_options(
    attribute: Attribute, *, documents: Sequence[Mapping[str, Any]], actor: Actor, is_whole: bool = False
) -> list[Option]:
    """Create or change up to a thousand options of an attribute, all or none; the same again changes nothing."""
    actor = actor.require("pim.define")
    if len(documents) > MAX_AT_ONCE:
        raise Invalid(f"At most {MAX_AT_ONCE:,} options at once", path="")
    with recorded(actor):
        attribute = Attribute.objects.select_for_update().get(pk=attribute.pk)
        if attribute.type not in {AttributeType.SELECT, AttributeType.MULTI_SELECT}:
            raise Invalid(f"{attribute.code} has no options: it is no select", path="attribute")
        codes = [str(one["code"]) for one in documents if isinstance(one.get("code"), str)]
        require_terms(attribute, codes=codes)
        known = {one.code: one for one in attribute.options.filter(code__in=codes)}
        end = attribute.options.order_by("-position").values_list("position", flat=True).first()
        found: dict[str, Option] = {}
        new: list[Option] = []
        changed: list[Option] = []
        for at, document in enumerate(documents):
            path = "" if len(documents) == 1 else f"{at}."
            try:
                option, fields = _merged(attribute, known, document, is_whole=is_whole)
            except Invalid as error:
                error.path = f"{path}{error.path}"
                raise
            if option.code in found:
                raise Invalid(f"{option.code} is there twice", path=f"{path}code")
            found[option.code] = option
            if option.code not in known:
                if "position" not in document:
                    end = 0 if end is None else end + 1
                    fields["position"] = end
                new.append(_filled(option, fields))
            elif any(getattr(option, name) != value for name, value in fields.items()):
                changed.append(_filled(option, fields | {"version": option.version + 1}))
        Option.objects.bulk_create(new)
        Option.objects.bulk_update(changed, [*EMPTY, "version"], batch_size=500)
        if new or changed:
            _tell(attribute)
    return list(found.values())


def delete_option(option: Option, *, actor: Actor, expected_version: int | None = None) -> None:
    """End an option that no product names; one that is named can be retired."""
    actor = actor.require("pim.define")
    with recorded(actor):
        locked = Option.objects.select_for_update().select_related("attribute").filter(pk=option.pk).first()
        if locked is None:
            raise Missing("There is no such option", path="option")
        check_version(locked.version, expected_version)
        require_no_term(locked)
        if is_named(locked):
            raise StillUsed(f"Products name {locked.code}: retire it, or choose another one there first", path="option")
        locked.delete()
        _tell(locked.attribute)


def options_follow_term(*, vocabulary: str, term: str) -> None:
    """Bring what is said of one term in line, in each attribute whose options follow the vocabulary."""
    with recorded(system("vocabulary")):
        for attribute in follow_term(vocabulary=vocabulary, term=term):
            _tell(attribute)


def _tell(attribute: Attribute) -> None:
    public = attribute.code if attribute.sensitivity == Sensitivity.PUBLIC else ""
    append_event(events.ATTRIBUTE_CHANGED, uid_of("attribute", code=attribute.code), code=public)


def _filled(option: Option, fields: Mapping[str, Any]) -> Option:
    for name, value in fields.items():
        setattr(option, name, value)
    return option


def _merged(
    attribute: Attribute, known: Mapping[str, Option], given: Mapping[str, Any], *, is_whole: bool
) -> tuple[Option, dict[str, Any]]:
    """The option and all that it will say, checked."""
    if unknown := given.keys() - EMPTY.keys() - {"code"}:
        raise Invalid(f"{min(map(str, unknown))}: no such field of an option", path="")
    code = given.get("code")
    is_known = str(code) in known
    option = known[str(code)] if is_known else Option(attribute=attribute, code=checked_long_code(code))
    said = {name: getattr(option, name) for name in EMPTY} if is_known else EMPTY
    kept = ("position", *(OWN if vocabulary_of(attribute) else ()))
    before = EMPTY | {name: said[name] for name in kept} if is_whole else said
    fields = before | {name: value for name, value in given.items() if name in EMPTY}
    fields["labels"] = checked_labels(fields["labels"])
    fields["synonyms"] = checked_synonyms(fields["synonyms"])
    fields["external_codes"] = checked_channels(fields["external_codes"])
    if not isinstance(fields["is_retired"], bool):
        raise Invalid("is_retired is true or false", path="is_retired")
    fields["swatch"] = str(fields["swatch"] or "").lower()
    if fields["swatch"] and not _SWATCH.fullmatch(fields["swatch"]):
        raise Invalid("A swatch is a colour as #rrggbb", path="swatch")
    position = fields["position"]
    if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position <= LAST:
        raise Invalid("position is a whole number from 0", path="position")
    require_own(option, fields=fields)
    return option, fields
