"""An excerpt of a published tree, brought in as people would."""

from __future__ import annotations

import tempfile
from pathlib import Path

from foundation.core.actors import system
from foundation.taxonomy.services import import_schema

GOOGLE = """# Google_Product_Taxonomy_Version: 2021-09-21
166 - Apparel & Accessories
1604 - Apparel & Accessories > Clothing
203 - Apparel & Accessories > Clothing > Outerwear
5598 - Apparel & Accessories > Clothing > Outerwear > Coats & Jackets
5506 - Apparel & Accessories > Clothing > Outerwear > Snow Pants & Suits
536 - Home & Garden
"""


def bring_in_google() -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(GOOGLE.encode())
        file.flush()
        import_schema(
            Path(file.name), code="google", form="google", locale="en-GB", name="Google product taxonomy",
            filename="taxonomy-with-ids.en-GB.txt", actor=system("tests"),
        )  # fmt: skip
