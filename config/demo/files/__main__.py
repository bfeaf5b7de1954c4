"""Command line: ``python -m config.demo.files OUTDIR --seed 7 --models 8``."""

import argparse
import sys
import time
from pathlib import Path

from config.demo.files.make import make_files
from config.demo.files.scale import Scale


def main(argv: list[str] | None = None) -> int:
    """Make the files and print one line about them."""
    parser = argparse.ArgumentParser(prog="config.demo.files", description="Make supplier files and a shoot.")
    default = Scale()
    parser.add_argument("out", type=Path, help="folder to write; made when missing")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--models", type=int, default=default.models, help="products with or without variants")
    parser.add_argument("--colours", type=int, default=default.colours, help="colours per model that has them")
    parser.add_argument("--sizes", type=int, default=default.sizes, help="sizes per outerwear model")
    parser.add_argument("--views", type=int, default=default.views, help="pictures per model and colour")
    parser.add_argument("--second", type=int, default=default.second, help="rows of the second supplier")
    parser.add_argument("--width", type=int, default=default.width, help="picture width in pixels; height is 5/4 of it")
    parser.add_argument("--workers", type=int, default=default.workers, help="processes that draw")
    options = vars(parser.parse_args(argv))
    out, seed = options.pop("out"), options.pop("seed")
    started = time.perf_counter()
    manifest = make_files(out, seed=seed, scale=Scale(**options))
    size = sum(entry["bytes"] for entry in manifest.files.values())
    seconds = time.perf_counter() - started
    sys.stdout.write(f"{len(manifest.files)} files, {size / 1e6:.1f} MB, {seconds:.1f} s: {out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
