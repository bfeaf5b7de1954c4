"""Make all input files of a demonstration."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from config.demo.files.manifest import Manifest, inventory, write_json
from config.demo.files.model import make_model
from config.demo.files.products import Product, make_products
from config.demo.files.related import write_relations
from config.demo.files.rights import write_rights
from config.demo.files.scale import Scale
from config.demo.files.second import write_second
from config.demo.files.shoot import write_shoot
from config.demo.files.workbook import write_workbook


def make_files(out: Path, *, seed: int, scale: Scale) -> Manifest:
    """Write ``supplier/``, ``shoot/``, ``rights/`` and ``manifest.json`` below ``out``.

    The same seed and scale give the same bytes on one set of library versions.
    Files of an earlier run are replaced.
    """
    supplier = out / "supplier"
    supplier.mkdir(parents=True, exist_ok=True)
    products = make_products(seed, scale)
    write_json(supplier / "model.json", make_model())
    catalogue = write_workbook(supplier / "catalogue.xlsx", seed, products)
    catalogue["relations"] = write_relations(supplier / "relations.json", products)
    second = write_second(supplier, seed, scale.second)
    shoot = write_shoot(out / "shoot", seed, scale, products)
    rights = write_rights(out / "rights" / "licences.json", shoot, inventory(out))
    counts = {name: value for name, value in asdict(scale).items() if name != "workers"}
    (out / "manifest.json").unlink(missing_ok=True)
    manifest = Manifest(
        seed=seed, scale=counts, catalogue=catalogue, second_supplier=second, shoot=shoot, rights=rights,
        marketplace={"rejections": rejections(products)}, files=inventory(out),
    )  # fmt: skip
    manifest.write(out / "manifest.json")
    return manifest


def rejections(products: list[Product]) -> list[dict[str, Any]]:
    """Return the products whose title a marketplace will refuse, with the title that it will accept."""
    found = []
    for product in products:
        title = str(product.cells.get("name@en-GB") or "")
        if "FREE" in title:
            found.append(
                {
                    "sku": product.sku,
                    "attribute": "title",
                    "code": "TITLE_PROMOTIONAL",
                    "fix": title.split(" – ", maxsplit=1)[0],
                }
            )
        elif len(title) > 60:
            found.append(
                {
                    "sku": product.sku,
                    "attribute": "title",
                    "code": "TITLE_TOO_LONG",
                    "fix": title.split(" in ", maxsplit=1)[0],
                }
            )
    return found
