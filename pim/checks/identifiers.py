"""Identifiers: codes in one spelling, with the check digits and number ranges of their schemes."""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum import ean, isbn, issn
from stdnum.exceptions import InvalidChecksum, ValidationError

from pim.checks.refusals import Refusal
from pim.choices import GTIN

_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/+ -]{0,62}[A-Za-z0-9])?")

# Ranges of the GS1 General Specifications that name no trade item everywhere, as 13 digits begin. Books, journals and
# music (977 to 979) are trade items, and 952 is kept for examples.
RESTRICTED = (
    (("02", "04", "2"), "a number that a shop or a company gives itself, as for weighed goods"),
    (("05", "981", "982", "983", "984", "99"), "the number of a coupon"),
    (("980",), "the number of a refund receipt"),
    (("98",), "a number that is kept for coupons"),
)
# The same of eight digits.
RESTRICTED_SHORT = ((("0", "2"), "a number that a shop or a company gives itself"),)


def check_identifier(text: str, scheme: str) -> str:
    """The identifier in its one spelling: GTINs as 14 digits, ISBNs as 13."""
    if check := SCHEMES.get(scheme):
        return check(text)
    if not _CODE.fullmatch(text):
        raise Refusal("identifier", f"{text!r} is not a code: letters, digits and . _ / + - only, at most 64")
    return text


def check_gtin(text: str) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in {8, 12, 13, 14}:
        raise Refusal("gtin-length", f"{text!r} is not a GTIN: it has 8, 12, 13 or 14 digits")
    try:
        ean.validate(digits)
    except InvalidChecksum:
        right = ean.calc_check_digit(digits[:-1])
        raise Refusal(
            "gtin-check-digit",
            f"The last digit of {digits} does not check the others (it would be {right}): look for a slip",
        ) from None
    except ValidationError:
        raise Refusal("gtin", f"{text!r} is not a GTIN") from None
    whole = digits.zfill(14)
    _require_unrestricted(digits, whole)
    return whole


def _require_unrestricted(digits: str, whole: str) -> None:
    """The digits after the packing level say who gave the number; six zeros stand before one of eight digits."""
    if int(whole) == 0:
        raise Refusal("gtin", f"{digits!r} is not a GTIN")
    is_short = whole.startswith("000000")
    number, ranges = (whole[-8:], RESTRICTED_SHORT) if is_short else (whole[1:], RESTRICTED)
    for prefixes, what in ranges:
        if number.startswith(prefixes):
            start = next(prefix for prefix in prefixes if number.startswith(prefix))
            raise Refusal(
                "gtin-restricted",
                f"{number} begins with {start}: {what}. It means something else elsewhere; use the GTIN of the product",
            )


def check_isbn(text: str) -> str:
    try:
        return str(isbn.validate(text, convert=True))
    except InvalidChecksum:
        raise Refusal("isbn", f"The last digit of {text!r} does not check the others: look for a slip") from None
    except ValidationError:
        raise Refusal("isbn", f"{text!r} is not an ISBN: it has 10 or 13 digits") from None


def check_issn(text: str) -> str:
    try:
        return str(issn.format(issn.validate(text)))
    except InvalidChecksum:
        raise Refusal("issn", f"The last digit of {text!r} does not check the others: look for a slip") from None
    except ValidationError:
        raise Refusal("issn", f"{text!r} is not an ISSN: it has 8 digits, as 0028-0836") from None


SCHEMES: dict[str, Callable[[str], str]] = {GTIN: check_gtin, "isbn": check_isbn, "issn": check_issn}
