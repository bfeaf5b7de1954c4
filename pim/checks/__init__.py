"""Is this value acceptable, and how is it written down? Pure: no database, no clock."""

from pim.checks.attributes import DEFAULT_FORMATS, AttributeRule, Formats, OptionRule, check_value
from pim.checks.refusals import Refusal

__all__ = ["DEFAULT_FORMATS", "AttributeRule", "Formats", "OptionRule", "Refusal", "check_value"]
