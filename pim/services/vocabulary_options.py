"""Options that are the terms of a vocabulary: their words are kept there, and only there. Codes at partners, swatches
and the order are the attribute's own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Max

from foundation.core.errors import Invalid
from foundation.taxonomy.errors import StillUsed
from foundation.taxonomy.models import Term, Vocabulary
from pim.models import Attribute, Option

OWN = ("labels", "synonyms", "is_retired")  # what the vocabulary says of an option


def vocabulary_of(attribute: Attribute) -> str:
    """The code of the vocabulary that the attribute's options follow; empty for options of its own."""
    return str(attribute.validation.get("vocabulary", ""))


def require_vocabulary(code: str, *, attribute: str) -> None:
    """Raises `Invalid` where there is no such vocabulary."""
    if not Vocabulary.objects.filter(code=code).exists():
        text = f"{attribute}: there is no vocabulary {code[:40]!r}; make it first, or leave this empty"
        raise Invalid(text, path="validation.vocabulary")


def require_terms(attribute: Attribute, *, codes: Collection[str]) -> None:
    """Options that are new must be terms, where they follow a vocabulary."""
    vocabulary = vocabulary_of(attribute)
    if not vocabulary or not codes:
        return
    known = {*attribute.options.filter(code__in=codes).values_list("code", flat=True)}
    known |= {*Term.objects.filter(vocabulary__code=vocabulary, code__in=codes).values_list("code", flat=True)}
    if strange := sorted({*codes} - known):
        text = f"Options of {attribute.code} are the terms of {vocabulary}: make {strange[0][:40]!r} a term there"
        raise Invalid(text, path="code")


def require_own(option: Option, *, fields: Mapping[str, Any]) -> None:
    """What the vocabulary says of an option is not said here."""
    vocabulary = vocabulary_of(option.attribute)
    for name in OWN if vocabulary else ():
        if fields[name] != getattr(option, name):
            raise Invalid(f"{option.code} is a term of {vocabulary}: change its words there", path=name)


def require_no_term(option: Option) -> None:
    """Before an option is deleted: a term would make it again."""
    vocabulary = vocabulary_of(option.attribute)
    if vocabulary and Term.objects.filter(vocabulary__code=vocabulary, code=option.code).exists():
        raise StillUsed(f"{option.code} is a term of {vocabulary}: delete or retire it there", path="option")


def follow_vocabulary(attribute: Attribute, *, codes: Collection[str] | None = None) -> bool:
    """Bring all options, or those of these codes, in line with the terms; whether any changed. Within a transaction
    that holds the attribute.
    """
    new, changed = behind(attribute, codes=codes)
    for option in changed:
        option.version += 1
    Option.objects.bulk_create(new)
    Option.objects.bulk_update(changed, [*OWN, "version"], batch_size=500)
    return bool(new or changed)


def behind(attribute: Attribute, *, codes: Collection[str] | None = None) -> tuple[list[Option], list[Option]]:
    """Options that are missing, and those that say something else than their terms, each as it should be. One whose
    term is gone is retired: products may name it.
    """
    terms = Term.objects.filter(vocabulary__code=vocabulary_of(attribute)).order_by("code")
    options = attribute.options.all()
    if codes is not None:
        terms, options = terms.filter(code__in=codes), options.filter(code__in=codes)
    known = {one.code: one for one in options}
    end = attribute.options.aggregate(end=Max("position"))["end"]
    new, changed = [], []
    for term in terms:
        option = known.pop(term.code, None)
        if option is None:
            end = 0 if end is None else end + 1
            new.append(_said(Option(attribute=attribute, code=term.code, position=end), term))
            continue
        before = _facts(option)
        if _facts(_said(option, term)) != before:
            changed.append(option)
    for gone in known.values():
        if not gone.is_retired:
            gone.is_retired = True
            changed.append(gone)
    return new, changed


def follow_term(*, vocabulary: str, term: str) -> list[Attribute]:
    """Bring the options of one term in line wherever they are; the attributes of which any changed."""
    attributes = Attribute.objects.select_for_update().filter(validation__vocabulary=vocabulary).order_by("pk")
    return [one for one in attributes if follow_vocabulary(one, codes=[term])]


def _facts(option: Option) -> tuple[dict[str, str], list[str], bool]:
    return dict(option.labels), list(option.synonyms), option.is_retired


def _said(option: Option, term: Term) -> Option:
    option.labels, option.is_retired = dict(term.labels), term.is_retired
    words = [word for _, some in sorted(term.synonyms.items()) for word in some]
    option.synonyms = list(dict.fromkeys(words))
    return option
