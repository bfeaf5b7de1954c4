"""Rules over several values: defining them, and finding of which products they do not hold."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from foundation.core.actors import Actor
from foundation.core.codes import SMALL_CODE
from foundation.core.errors import Invalid
from foundation.events.services import append_event
from foundation.history.services import recorded
from pim import events
from pim.checks import Refusal
from pim.checks.rules import check_expression
from pim.choices import Sensitivity, Severity
from pim.errors import StaleRule
from pim.judging import Rows, broken_rules, rows_by_product, rules_of
from pim.models import Finding, Product, ProductValues, ValidationRule
from pim.models.attributes import clearance_of
from pim.queries.book import Book, read_book, read_rules
from pim.services.reference import uid_of

Key = tuple[int, int, int, str, str]


def define_rule(
    *, code: str, expression: str, actor: Actor, messages: Mapping[str, str], severity: str = Severity.ERROR,
    family: str = "", attribute: str = "", is_active: bool = True, expected_version: int | None = None,
) -> ValidationRule:  # fmt: skip
    """Create or change a rule. The catalogue is judged by it within seconds.

    `messages` say what to do where it does not hold, by locale. Raises `Invalid` with the path of the field; its
    `reason` is the refusal's of `pim.checks.rules`.
    """
    actor = actor.require("pim.define")
    book = read_book()
    clearance = clearance_of(actor)
    seen = {code: rule for code, rule in book.attributes.items() if clearance.admits(rule.sensitivity)}
    if not SMALL_CODE.fullmatch(code) or code == "new":
        raise Invalid(f"{code!r}: a code has small letters, digits and -, and begins with a letter", path="code")
    if severity not in Severity.values:
        raise Invalid(f"severity is one of {', '.join(Severity.values)}", path="severity")
    if family and family not in book.families:
        raise Invalid(f"There is no family {family!r}", path="family")
    if attribute and attribute not in seen:
        raise Invalid(f"There is no attribute {attribute!r}", path="attribute")
    if not any(text.strip() for text in messages.values()):
        raise Invalid("Say what is to be done where the rule does not hold", path="messages")
    try:
        inputs = check_expression(expression, seen)
    except Refusal as refusal:
        raise Invalid(refusal.detail, path="expression", reason=refusal.code) from None
    fields = {
        "expression": expression,
        "inputs": sorted(inputs),
        "messages": {locale: text.strip() for locale, text in messages.items() if text.strip()},
        "severity": severity,
        "family_id": book.families[family].id if family else None,
        "attribute_id": seen[attribute].id if attribute else None,
        "is_active": is_active,
    }
    with recorded(actor):
        rule = ValidationRule.objects.select_for_update().filter(code=code).first()
        if rule is not None and not ValidationRule.objects.visible_to(actor).filter(pk=rule.pk).exists():
            raise Invalid(f"{code} is taken: choose another code", path="code")
        version = rule.version if rule else 0
        if expected_version is not None and expected_version != version:
            raise StaleRule(f"{code} is at version {version}, not {expected_version}: read it again", path="code")
        if rule is None:
            rule = ValidationRule.objects.create(code=code, **fields)
        elif any(getattr(rule, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(rule, name, value)
            rule.version += 1
            rule.save()
        else:
            return rule
        is_public = all(book.attributes[one].sensitivity == Sensitivity.PUBLIC for one in inputs)
        append_event(events.RULE_CHANGED, uid_of("rule", code=code), code=code if is_public else "")
    return rule


def refresh_findings(root_ids: list[int]) -> None:
    """Judge the models and all below them anew; what is as it was is not touched."""
    rules = read_rules()
    if not rules:
        Finding.objects.filter(root_id__in=root_ids).delete()
        return
    wanted = _findings(root_ids, read_book(frozenset().union(*(one.inputs for one in rules))))
    mine = Q(root_id__in=root_ids) | Q(product_id__in={one.product_id for one in wanted.values()})
    present = {_key(one): one.pk for one in Finding.objects.filter(mine)}  # what stood below another model, too
    Finding.objects.filter(pk__in=[pk for key, pk in present.items() if key not in wanted]).delete()
    Finding.objects.bulk_create([one for key, one in sorted(wanted.items()) if key not in present])


def _key(one: Finding) -> Key:
    return one.product_id, one.root_id, one.rule_id, one.market, one.locale


def _findings(root_ids: list[int], book: Book) -> dict[Key, Finding]:
    """Of products whose family has rules, and no more than what these read."""
    families = {rule.family_id for rule in book.rules if rule.family_id}
    products = Product.objects.filter(root_id__in=root_ids)
    if all(rule.family_id for rule in book.rules):
        products = products.filter(family_id__in=families)
    told = list(products.order_by("pk").values_list("pk", "parent_id", "root_id", "family_id"))
    parents = {pk: parent for pk, parent, _, _ in told}
    inputs = frozenset().union(*(rule.inputs for rule in book.rules))
    rows = rows_by_product(
        (owner, market, locale, {code: said[code] for code in inputs & said.keys()})
        for owner, market, locale, said in _said(list(parents))
    )
    found: dict[Key, Finding] = {}
    for pk, _, root, family in told:
        line: list[Rows] = []
        above: int | None = pk
        while above is not None:
            line.append(rows.get(above, {}))
            above = parents.get(above)
        for one in broken_rules(rules_of(book.rules, family), line, book.attributes):
            finding = Finding(product_id=pk, root_id=root, rule_id=one.rule.id, market=one.market, locale=one.locale)
            found[_key(finding)] = finding
    return found


def _said(product_ids: list[int]) -> list[tuple[int, str | None, str, dict[str, object]]]:
    """What products say themselves; what rules have made of it where they say nothing."""
    rows = ProductValues.objects.filter(product_id__in=product_ids).order_by("pk")
    fields = ("product_id", "cell__market__code", "cell__locale", "vals", "computed")
    return [
        (owner, market, locale, computed | vals) for owner, market, locale, vals, computed in rows.values_list(*fields)
    ]
