"""GTIN-13 numbers under 952, the GS1 prefix kept for demonstrations and examples."""

from stdnum import ean


def gtin13(seed: int, number: int) -> str:
    """Return the GTIN-13 of the ``number``-th article of a seed's catalogue."""
    payload = f"952{seed % 1000:03d}{number:06d}"
    return f"{payload}{ean.calc_check_digit(payload)}"
