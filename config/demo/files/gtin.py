"""GTIN-13 numbers under 952, the GS1 prefix kept for demonstrations and examples."""


def check_digit(payload: str) -> int:
    """Return the GS1 modulo 10 check digit of a GTIN without it (weights 3, 1, … from the right)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(payload)))
    return -total % 10


def gtin13(seed: int, number: int) -> str:
    """Return the GTIN-13 of the ``number``-th article of a seed's catalogue."""
    payload = f"952{seed % 1000:03d}{number:06d}"
    return f"{payload}{check_digit(payload)}"


def is_valid(gtin: str) -> bool:
    """Say whether ``gtin`` has 8, 12, 13 or 14 digits, the last of which checks the others."""
    return (
        gtin.isascii() and gtin.isdigit() and len(gtin) in {8, 12, 13, 14} and check_digit(gtin[:-1]) == int(gtin[-1])
    )
