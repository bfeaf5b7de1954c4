"""Options of selects: read by their key, and looked for where products name them."""

from __future__ import annotations

from foundation.core.actors import Actor
from foundation.core.errors import Missing
from pim.choices import AttributeType
from pim.models import Attribute, Option, ProductValues


def get_attribute(code: str, *, actor: Actor) -> Attribute:
    """The attribute; `Missing` for one above the actor's clearance, too."""
    found = Attribute.objects.visible_to(actor).filter(code=code).first() if "\0" not in code else None
    if found is None or not actor.may("pim.view"):
        raise Missing("There is no such attribute", path="attribute")
    return found


def get_option(key: str, *, actor: Actor) -> Option:
    """The option of a key `attribute/code`."""
    attribute, _, code = key.partition("/")
    rows = Option.objects.filter(attribute=get_attribute(attribute, actor=actor)).select_related("attribute")
    found = rows.filter(code=code).first() if "\0" not in key else None
    if found is None:
        raise Missing("There is no such option", path="option")
    return found


def is_named(option: Option) -> bool:
    """Whether a product says it. Only values of families that have the attribute are looked at."""
    attribute = option.attribute
    rows = ProductValues.objects.filter(product__family__members__attribute=attribute)
    said = [option.code] if attribute.type == AttributeType.MULTI_SELECT else option.code
    return rows.filter(vals__contains={attribute.code: said}).exists()
