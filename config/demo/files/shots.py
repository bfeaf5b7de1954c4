"""The plan of the shoot: which pictures exist, what they carry and what an ingest should make of each."""

from dataclasses import dataclass, field, replace
from typing import Final

from config.demo.files.bad_rows import SPARE
from config.demo.files.dice import pick
from config.demo.files.drawing.scene import FRAMES, WALLS
from config.demo.files.gtin import gtin13
from config.demo.files.products import Product
from config.demo.files.scale import Scale
from config.demo.files.words import COLOURS

#: What identifies the product of a picture, in order of strength.
IDENTIFIED: Final = ("dc:identifier", "ProductGTIN", "barcode")


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture. ``evidence``: of ``IDENTIFIED``, or ``name``, ``foreign-barcode``, ``two-barcodes``."""

    file: str
    kind: str
    colour: str
    wall: str
    frame: tuple[int, int, int, int]
    evidence: str
    role: str
    sku: str
    root: str
    axis: dict[str, str]
    gtin: str
    #: GTINs to print on tags.
    tags: tuple[str, ...] = ()
    #: plain, rotated, cmyk or wide: how the file is stored.
    storage: str = "plain"
    #: Two pictures of one product in one frame differ by this much light.
    variation: int = field(default=0)

    @property
    def binds(self) -> bool:
        """Whether the evidence may bind without a person."""
        return self.evidence in IDENTIFIED


def plan_shots(seed: int, scale: Scale, products: list[Product]) -> list[Shot]:
    """Return all pictures that are sound: regular ones first, then the odd ones."""
    subjects = subjects_of(products)
    shots: list[Shot] = []
    for place, (product, axis) in enumerate(subjects):
        for view in range(scale.views):
            if view == 0:
                evidence, frame, role = IDENTIFIED[place % 2], "front", "hero"
            elif (place + view) % 2:
                evidence, frame, role = "barcode", "close", "gallery"
            else:
                evidence, frame, role = IDENTIFIED[(place // 2) % 2], "detail", "gallery"
            shots.append(
                make_shot(seed, product, axis, evidence, frame, role, number=len(shots) + 1, variation=view // 2)
            )
    return shots + odd_shots(seed, subjects, len(shots))


def subjects_of(products: list[Product]) -> list[tuple[Product, dict[str, str]]]:
    """Return what is photographed: each simple product, and each colour of a model by its first size."""
    seen: set[tuple[str, str]] = set()
    subjects = []
    for product in products:
        if product.gtin is None:
            continue
        axis = {"colour": product.axes["colour"]} if product.axes else {}
        key = (product.parent or product.sku, axis.get("colour", ""))
        if key not in seen:
            seen.add(key)
            subjects.append((product, axis))
    return subjects


def make_shot(  # noqa: PLR0917  one argument per thing that differs
    seed: int,
    product: Product,
    axis: dict[str, str],
    evidence: str,
    frame: str,
    role: str,
    *,
    number: int,
    variation: int = 0,
) -> Shot:
    """Return one picture of a product, named as a camera would."""
    gtin = str(product.gtin)
    root = product.parent or product.sku
    return Shot(
        file=f"TDM_{number:04d}.jpg",
        kind=product.kind,
        colour=COLOURS[str(product.cells["colour"])][1],
        wall=pick(WALLS, seed, root),
        frame=FRAMES[frame],
        evidence=evidence,
        role=role,
        sku=product.sku,
        root=root,
        axis=axis,
        gtin=gtin,
        tags=(gtin,) if evidence == "barcode" else (),
        variation=variation,
    )


def odd_shots(seed: int, subjects: list[tuple[Product, dict[str, str]]], done: int) -> list[Shot]:
    """Return one picture of each odd kind; all are in the gallery."""

    def shot(at: int, evidence: str, frame: str = "wide", step: int = 0) -> Shot:
        product, axis = subjects[at % len(subjects)]
        return make_shot(seed, product, axis, evidence, frame, "gallery", number=done + step)

    named = [replace(each, file=f"{each.sku}.jpg") for each in (shot(0, "name"), shot(3, "name"))]
    foreign = shot(1, "foreign-barcode", "close", 1)
    pair = shot(2, "two-barcodes", "wide", 2)
    return [
        *named,
        replace(foreign, tags=(gtin13(seed, SPARE + 500),)),
        replace(pair, tags=(pair.gtin, str(subjects[-1][0].gtin))),
        replace(shot(2, "dc:identifier", "wide"), file="TDM_print_cmyk.tif", storage="cmyk"),
        replace(shot(1, "ProductGTIN", "wide"), file="TDM_phone_rotated.jpg", storage="rotated"),
        replace(shot(4, "ProductGTIN", "wide"), file="TDM_wide_gamut.png", storage="wide"),
    ]
