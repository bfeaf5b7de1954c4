"""The photo shoot: ``shoot/``, with the manifest's section about it."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from config.demo.files.broken import write_broken
from config.demo.files.pictures import caption_of, draw
from config.demo.files.products import Product
from config.demo.files.scale import Scale
from config.demo.files.shots import Shot, plan_shots
from config.demo.files.xmp import write_caption


def write_shoot(folder: Path, seed: int, scale: Scale, products: list[Product]) -> dict[str, Any]:
    """Draw everything and return the manifest's ``shoot`` section.

    Keys: ``files`` uploaded; ``assets`` that should exist afterwards; ``binds`` without a person (``sku`` is
    what the evidence names, ``root`` and ``axis`` the level to bind at); ``unbound`` with its cause;
    ``barcodes`` to be read from each file; ``duplicates`` by bytes;
    ``same_pixels`` under other metadata; ``refused`` with its cause; ``odd`` storage by kind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shots = plan_shots(seed, scale, products)
    for shot, content in zip(shots, drawn(shots, scale), strict=True):
        (folder / shot.file).write_bytes(content)
    first, second = shots[0], shots[1]
    (folder / "Kopie von Foto 1.jpg").write_bytes((folder / first.file).read_bytes())
    changed = replace(caption_of(second), credit="Agency re-delivery")
    (folder / "TDM_redelivered.jpg").write_bytes(write_caption((folder / second.file).read_bytes(), changed))
    refused = write_broken(folder, (folder / shots[2].file).read_bytes())
    return {
        "files": sum(path.is_file() for path in folder.iterdir()),
        "assets": len(shots),
        "binds": [
            {
                "file": f"shoot/{shot.file}",
                "by": shot.evidence,
                "sku": shot.sku,
                "root": shot.root,
                "axis": shot.axis,
                "role": shot.role,
                "value": shot.sku if shot.evidence == "dc:identifier" else shot.gtin,
            }
            for shot in shots
            if shot.binds
        ],
        "unbound": [
            {"file": f"shoot/{shot.file}", "cause": shot.evidence, "tags": list(shot.tags)}
            for shot in shots
            if not shot.binds
        ],
        "barcodes": {f"shoot/{shot.file}": list(shot.tags) for shot in shots if shot.tags},
        "duplicates": [{"file": "shoot/Kopie von Foto 1.jpg", "of": f"shoot/{first.file}"}],
        "same_pixels": [{"file": "shoot/TDM_redelivered.jpg", "of": f"shoot/{second.file}"}],
        "refused": refused,
        "odd": {shot.storage: f"shoot/{shot.file}" for shot in shots if shot.storage != "plain"},
    }


def drawn(shots: list[Shot], scale: Scale) -> list[bytes]:
    """Return the pictures in the order of ``shots``, drawn here or by several processes."""
    paint = partial(draw, width=scale.width)
    if scale.workers == 1:
        return [paint(shot) for shot in shots]
    # Spawned, since libvips has threads that a fork would lose.
    with ProcessPoolExecutor(scale.workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(paint, shots, chunksize=8))
