"""Licences of the shoot: ``rights/licences.json``, by file and hash.

Times are UTC and fixed, so that the bytes repeat; ``until: null`` has no end.
``*`` means every territory or use.
"""

from pathlib import Path
from typing import Any, Final

from config.demo.files.manifest import write_json
from config.demo.files.xmp import CREDIT

Json = dict[str, Any]


def term(
    *,
    grant: bool = True,
    territories: tuple[str, ...] = ("*",),
    start: str | None = None,
    end: str | None = None,
) -> Json:
    """Return one licence term for both channels and every use."""
    return {
        "grant": grant,
        "territories": list(territories),
        "channels": ["d2c", "market"],
        "uses": ["*"],
        "from": start,
        "until": end,
    }


LICENCES: Final = {
    "studio-worldwide": [term(start="2020-01-01T00:00:00Z")],
    "not-in-japan": [term(), term(grant=False, territories=("JP",))],
    "embargoed": [term(start="2099-01-01T00:00:00Z")],
    "ended": [term(start="2019-01-01T00:00:00Z", end="2021-01-01T00:00:00Z")],
    # The run ends this one while listings that embed its picture are live.
    "ends-in-the-run": [term(start="2020-01-01T00:00:00Z")],
}


def write_rights(path: Path, shoot: Json, files: dict[str, dict[str, Any]]) -> Json:
    """Write licences and which file has which; return the manifest's ``rights`` section."""
    bound = [entry["file"] for entry in shoot["binds"] if entry["file"].startswith("shoot/TDM_0")]
    heroes = [entry["file"] for entry in shoot["binds"] if entry["role"] == "hero"]
    gallery = [file for file in bound if file not in heroes]
    bag = next(e["file"] for e in shoot["binds"] if e["role"] == "hero" and e["root"].startswith("BG"))
    coat = next(file for file in heroes if file != bag)
    special = {bag: "ends-in-the-run", coat: "not-in-japan"}
    # At one view per colour there is no gallery, so the odd files take these parts.
    spare = [*gallery, *shoot["odd"].values()]
    special |= dict(zip(spare[:2], ("embargoed", "ended"), strict=True))
    without = shoot["odd"]["rotated"]
    files_with = sorted({entry["file"] for part in ("binds", "unbound") for entry in shoot[part]} - {without})
    assigned = {file: special.get(file, "studio-worldwide") for file in files_with}
    write_json(
        path,
        {
            "format": "licences/1",
            "licences": [{"code": code, "credit": CREDIT, "terms": terms} for code, terms in LICENCES.items()],
            "assets": [{"file": f, "sha256": files[f]["sha256"], "licence": code} for f, code in assigned.items()],
        },
    )
    return {
        "file": "rights/licences.json",
        "licences": len(LICENCES),
        "assigned": len(assigned),
        "of": {
            code: [file for file, held in assigned.items() if held == code]
            for code in LICENCES
            if code != "studio-worldwide"
        },
        "without": [without],
        "ends_in_the_run": bag,
    }
