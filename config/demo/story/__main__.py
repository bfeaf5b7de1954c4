"""`python -m config.demo.story FOLDER SCORECARD`: prepare the house, tell the story, print what was seen."""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path

import django


def main(folder: Path, scorecard: Path) -> int:
    """Run all chapters; returns 0 when every observation was as expected."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    from config.demo.story import delivering, governing, intake, publishing, shoot
    from config.demo.story.cast import Stage
    from config.demo.story.house import House
    from config.demo.story.preparing import prepare
    from config.demo.story.scorecard import Scorecard

    began = time.monotonic()
    marketplace, key = os.environ["MARKETPLACE_URL"], os.environ["MARKETPLACE_KEY"]
    prepared = prepare(
        folder, marketplace=marketplace, marketplace_key=key, password_file=scorecard.parent / "demo" / "password"
    )
    origin, database = os.environ["APP_ORIGIN"], os.environ["DATABASE_URL"]
    people = {name: House(origin, secret, database) for name, secret in prepared.keys.items()}
    stage = Stage(folder, Scorecard(scorecard), people, marketplace, key)
    for chapter in (intake, shoot, publishing, delivering, governing):
        chapter.tell(stage)
    failed, total = stage.card.failed, len(stage.card.rows)
    print(
        f"\n{total - len(failed)} of {total} observations as expected, in {time.monotonic() - began:.0f} s: {scorecard}"
    )
    print(f"\n  {origin}\n  sign in as ada, stella, phil, mona or otto with the password {prepared.password}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
