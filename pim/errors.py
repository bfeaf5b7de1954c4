"""Refusals of pim that several services share. Those of single values are `pim.checks.Refusal`."""

from __future__ import annotations

from foundation.core.errors import Conflict, Invalid, Stale


class UnknownAttribute(Invalid):
    code = "unknown-attribute"
    title = "There is no such attribute"


class UnknownFamily(Invalid):
    code = "unknown-family"
    title = "There is no such family"


class BadValue(Invalid):
    """A value that an attribute refuses; `reason` in the body has the finer code."""

    code = "bad-value"
    title = "A value is not acceptable for its attribute"


class BadProduct(Invalid):
    """The product as a whole cannot be so: its parent, level, axes or SKU."""

    code = "bad-product"
    title = "The product cannot be stored like this"


class IdentifierTaken(Conflict):
    code = "identifier-taken"
    title = "Another product has this identifier"


class StaleValues(Stale):
    code = "stale-values"
    title = "These values were changed since you read them"


class BadFile(Invalid):
    code = "bad-file"
    title = "The file cannot be read as a table of products"


class UnknownColumn(Invalid):
    code = "unknown-column"
    title = "A column of the file has no attribute"


class RuleBroken(Invalid):
    """Values that are right one by one and wrong together; `rule` in the body is the rule's code."""

    code = "rule-broken"
    title = "A rule over several values does not hold"


class StaleRule(Stale):
    code = "stale-rule"
    title = "The rule was changed since you read it"
