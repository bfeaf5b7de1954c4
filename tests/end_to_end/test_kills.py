"""kill -9 of each process of a whole stack in the middle of its work. Faults 1 to 3 and 25."""

# ruff: noqa: S608  queries are put together from constants of this file

from __future__ import annotations

import contextlib
import io
import logging
import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from config.demo.files import Scale, make_files
from config.demo.files.gtin import gtin13
from config.demo.files.manifest import Manifest
from config.demo.story.house import House
from config.demo.story.intake import finished, import_file
from config.stack import environment, place
from config.stack.stack import HEADERS_WITHIN
from tests.config import stacks
from tests.end_to_end.house import Serving, born, clock, command_of, ended, family, kill_9, tell

pytestmark = [pytest.mark.kills, pytest.mark.timeout(400)]
RESUMES_WITHIN = 20.0  # 5 s where nobody else wants the processor; the tests may run beside others
SETTLED = "SELECT count(*) FROM dam_ingestfile WHERE state <> 'waiting'"
KILLED = "died: killed by SIGKILL"


@pytest.fixture(autouse=True, scope="module")
def quiet() -> None:
    for name in ("httpx", "pyvips"):
        logging.getLogger(name).setLevel(logging.WARNING)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kills")


@pytest.fixture(scope="module")
def manifest(folder: Path) -> Manifest:
    return make_files(folder / "files", seed=11, scale=Scale(models=5, width=900))


@pytest.fixture(scope="module")
def stack(folder: Path, manifest: Manifest) -> Iterator[Serving]:
    serving = Serving(folder)
    try:
        tell("the first start", serving.start())
        serving.prepare(folder / "files")
        yield serving
    finally:
        serving.stop()
    stacks.until(lambda: not stacks.holding(str(serving.var_dir)))


def supplier_file(prefix: str, rows: int) -> bytes:
    """Simple products that differ in nothing that counts."""
    number = sum(prefix.encode()) * 1000
    lines = [f"{prefix}-{at},homeware,Bowl {at},{gtin13(42, number + at)}" for at in range(rows)]
    return "\n".join(["sku,family,name@en-GB,gtin", *lines]).encode()


def start_import(caller: House, prefix: str, rows: int) -> str:
    uid: str = caller.upload("/imports", [("file", (f"{prefix}.csv", supplier_file(prefix, rows)))])["uid"]
    return uid


def check_import(stack: Serving, caller: House, uid: str, prefix: str, rows: int) -> None:
    """All rows are in, once, and so is what follows from them."""
    tell(f"until the import of {rows} rows was over", stacks.until(lambda: finished(caller, uid), 120, stack.out))
    done = caller.get(f"/imports/{uid}")
    seen = {name: done[name] for name in ("state", "error", "rows", "created", "changed", "unchanged", "failed")}
    assert seen == {
        "state": "done", "error": "", "rows": rows, "created": rows, "changed": 0, "unchanged": 0, "failed": 0,
    }  # fmt: skip
    tell("until all came to rest", stack.rests())
    ours = "FROM pim_product p WHERE p.sku LIKE %s"
    like = f"{prefix}-%"
    assert stack.one(f"SELECT count(*) {ours}", like) == rows
    assert stack.one(f"SELECT count(*) FROM pim_identifier WHERE product_id IN (SELECT p.id {ours})", like) == rows
    news = "SELECT count(*), count(DISTINCT subject) FROM events_event WHERE type = %s AND subject IN "
    assert stack.one(f"{news} (SELECT p.uid {ours})", "pim.product.created", like) == (rows, rows)
    end = "SELECT count(*) FROM events_event WHERE type = 'pim.import.finished' AND subject = %s"
    assert stack.one(end, uid) == 1
    # Products that are alike are equally complete, in each scope; none is left out.
    per_scope = stack.rows(
        "SELECT count(*), count(DISTINCT (required, filled, missing)) FROM pim_completeness"
        f" WHERE product_id IN (SELECT p.id {ours}) GROUP BY scope_id",
        like,
    )
    assert per_scope
    assert set(per_scope) == {(rows, 1)}


def test_a_worker_killed_twice_in_the_middle_of_an_ingest(stack: Serving, folder: Path, manifest: Manifest) -> None:
    steward, studio = stack.caller("stella"), stack.caller("phil")
    catalogue = folder / "files" / manifest.catalogue["file"]
    imported = import_file(steward, catalogue.name, catalogue.read_bytes())
    assert (imported["state"], imported["created"]) == ("done", manifest.catalogue["good"])
    before = stack.one(SETTLED)
    uid = stack.manage("ingest", str(folder / "files" / "shoot")).strip()
    for goal in (5, 12):
        stack.comes(SETTLED, at_least=before + goal)
        kill_worker(stack)
    expected = manifest.shoot
    stacks.until(lambda: studio.get(f"/ingests/{uid}")["state"] == "done", 120, stack.out)
    stack.rests()
    check_files(studio.pages(f"/ingests/{uid}/files", limit=200), expected)
    check_shoot(stack, uid, expected)
    assert stack.left_over() == []


def kill_worker(stack: Serving) -> None:
    """The main process and its pool, not their decoders: these must see by themselves that they are alone."""
    worker = stack.child("celery")
    tree = family(worker)
    pool = [pid for pid in tree if "celery" in command_of(pid)]
    births = {pid: born(pid) for pid in tree}
    assert len(pool) >= 3
    assert len(pool) < len(tree), "no decoder runs"
    deaths = stack.console().count(f"worker {KILLED}")
    kill_9(*pool)
    done, begun = stack.one(SETTLED), clock()
    ended(births, 5)
    stack.comes(SETTLED, at_least=done + 1, seconds=RESUMES_WITHIN)
    tell("resumed after the death of its worker", clock() - begun)
    assert stack.console().count(f"worker {KILLED}") == deaths + 1
    assert "starting worker again" in stack.console()


def check_files(files: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    """Each file has the one outcome that the maker of the files foresaw."""
    rows = {f"shoot/{row['path']}": row for row in files}
    assert len(files) == len(rows) == expected["files"]
    assert {path for path, row in rows.items() if row["state"] == "refused"} == {
        one["file"] for one in expected["refused"]
    }
    twins = {one["file"]: one["of"] for one in expected["duplicates"] + expected["same_pixels"]}
    # Of twins the first to come is the asset: the folder is read in order of names.
    assert Counter(row["state"] for row in files)["duplicate"] == len(twins)
    for copy, original in twins.items():
        assert rows[copy]["asset"] == rows[original]["asset"]
    assert len({row["asset"] for row in files if row["asset"]}) == expected["assets"]


def check_shoot(stack: Serving, uid: str, expected: dict[str, Any]) -> None:
    """One asset a picture, one version an asset, one binding a claim, one rendition a recipe, all of them whole."""
    assets = "SELECT DISTINCT f.asset_id FROM dam_ingestfile f JOIN dam_ingest i ON i.id = f.ingest_id WHERE i.uid = %s"
    assert stack.one(f"SELECT count(*) FROM dam_asset WHERE id IN ({assets})", uid) == expected["assets"]
    assert stack.one(f"SELECT count(*) FROM dam_assetversion WHERE asset_id IN ({assets})", uid) == expected["assets"]
    told = "SELECT count(*) FROM events_event WHERE type = 'dam.asset.ingested' AND subject IN"
    assert stack.one(f"{told} (SELECT uid FROM dam_asset WHERE id IN ({assets}))", uid) == expected["assets"]
    bound = stack.one(
        "SELECT count(*), count(DISTINCT (product_id, asset_id, axis)), count(DISTINCT asset_id)"
        f" FROM associations_binding WHERE status = 'active' AND asset_id IN ({assets})",
        uid,
    )
    assert bound == (len(expected["binds"]),) * 3
    sources = f"SELECT blob_id FROM dam_assetversion WHERE asset_id IN ({assets})"
    per_source = stack.rows(
        "SELECT count(*), count(DISTINCT recipe_id), count(*) FILTER (WHERE state = 'done' AND sha256 IS NOT NULL)"
        f" FROM dam_rendition WHERE source_sha256 IN ({sources}) GROUP BY source_sha256",
        uid,
    )
    assert len(per_source) == expected["assets"]
    assert len(set(per_source)) == 1
    assert len(set(per_source[0])) == 1, "a rendition is there twice, or is not made"


@dataclass
class Writer:
    """Somebody who changes one product again and again, one change after the other."""

    caller: House
    sku: str
    acked: int = 0
    refused: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def write(self, number: int) -> bool:
        """What is answered with 2xx is kept; what is not may be kept or not."""
        body = {"values": [{"attribute": "search_words", "locale": "en-GB", "value": f"word {number}"}]}
        try:
            answer = self.caller.http.patch(f"/products/{self.sku}", json=body)
        except httpx.HTTPError:
            self.refused.append(number)
            return False
        if answer.is_success:
            self.acked = number
            self.numbers.append(number)
        else:
            assert answer.status_code >= 500, answer.text
            self.refused.append(number)
        return answer.is_success

    def write_until(self, over: threading.Event) -> None:
        number = 0
        while not over.wait(0.02):
            number += 1
            self.write(number)

    def check(self, stack: Serving) -> None:
        """The value is the last that was acked or a later one whose writer got an error; no acked event is lost."""
        [value] = [
            one["value"] for one in self.caller.get(f"/products/{self.sku}")["values"]
            if one["attribute"] == "search_words"
        ]  # fmt: skip
        kept = int(value.removeprefix("word "))
        assert kept == self.acked or (kept > self.acked and kept in self.refused), (kept, self.acked, self.refused)
        told = stack.one(
            "SELECT count(*) FROM events_event WHERE type = 'pim.product.changed' AND subject ="
            " (SELECT uid FROM pim_product WHERE sku = %s)",
            self.sku,
        )
        assert len(self.numbers) <= told <= len(self.numbers) + len(self.refused)


def test_postgres_killed_in_the_middle_of_an_import_and_of_writes(stack: Serving) -> None:
    steward = stack.caller("stella")
    check_import(stack, steward, start_import(steward, "WRITE", 6), "WRITE", 6)
    writers = [Writer(stack.caller("stella"), f"WRITE-{number}") for number in range(6)]
    over = threading.Event()
    threads = [threading.Thread(target=writer.write_until, args=[over]) for writer in writers]
    rows = 1200
    uid = start_import(steward, "PG", rows)
    try:
        for thread in threads:
            thread.start()
        stack.comes("SELECT count(*) FROM pim_product WHERE sku LIKE 'PG-%%'", at_least=200)
        postmaster = stack.child("/postgres ")
        kill_9(*family(postmaster))
        begun = clock()
        stack.comes("SELECT 1", seconds=30)
        tell("PostgreSQL took log-ins again", clock() - begun)
        there = stack.one("SELECT count(*) FROM pim_product WHERE sku LIKE 'PG-%%'")
        assert there < rows, "the import was over before the kill"
        stack.comes("SELECT count(*) FROM pim_product WHERE sku LIKE 'PG-%%'", at_least=there + 1)
        tell("the import went on", clock() - begun)
        acked = [writer.acked for writer in writers]
        stacks.until(lambda: all(w.acked > old for w, old in zip(writers, acked, strict=True)), 30, stack.out)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert f"postgres {KILLED}" in stack.console()
    assert any(writer.refused for writer in writers), "nobody noticed"
    check_import(stack, steward, uid, "PG", rows)
    for writer in writers:
        writer.check(stack)
    begun = clock()
    stack.manage("fsck")
    tell("fsck", clock() - begun)


def test_a_sequencer_killed_among_events(stack: Serving) -> None:
    steward = stack.caller("stella")
    rows = 800
    uid = start_import(steward, "SEQ", rows)
    stack.comes("SELECT count(*) FROM pim_product WHERE sku LIKE 'SEQ-%%'", at_least=200)
    sequencer = stack.child("manage.py sequencer")
    last = stack.one("SELECT position FROM events_sequence")
    kill_9(sequencer)
    begun = clock()
    stack.comes("SELECT position FROM events_sequence", at_least=last + 1, seconds=RESUMES_WITHIN)
    tell("another sequencer took over", clock() - begun)
    stack.child_but(sequencer, "manage.py sequencer")
    assert f"sequencer {KILLED}" in stack.console()
    check_import(stack, steward, uid, "SEQ", rows)


def test_valkey_killed_again_and_again_delays_jobs_and_nothing_else(stack: Serving) -> None:
    steward = stack.caller("stella")
    check_import(stack, steward, start_import(steward, "VK", 1), "VK", 1)
    writer = Writer(steward, "VK-0")
    valkey, slowest, uids, number = stack.child("valkey-server"), 0.0, [], 0
    for turn in range(3):  # away for 0.5, 1 and 2 seconds
        kill_9(valkey)
        begun = clock()
        uids.append(start_import(steward, f"VK{turn}", 20))
        slowest = max(slowest, clock() - begun)
        while clock() - begun < 0.4 * 2**turn:
            number, since = number + 1, clock()
            assert writer.write(number)
            slowest = max(slowest, clock() - since)
        last = stack.one("SELECT max(id) FROM events_outbox")
        # Events are given their positions while there is no broker.
        gone = "SELECT count(*) = 0 FROM events_outbox WHERE id <= %s"
        tell("the outbox emptied without a broker", stack.comes(gone, last or 0, seconds=5))
        valkey = stack.child_but(valkey, "valkey-server")
    tell("the slowest write without a broker", slowest)
    assert slowest < 3
    begun = clock()
    for turn, uid in enumerate(uids):
        check_import(stack, steward, uid, f"VK{turn}", 20)
    tell("the jobs of that time were done", clock() - begun)
    writer.check(stack)
    assert stack.console().count(f"valkey {KILLED}") == 3


def noise(count: int) -> list[tuple[str, tuple[str, bytes]]]:
    """Pictures no two of which are alike."""
    files = []
    dice = random.Random(5)
    for number in range(count):
        out = io.BytesIO()
        small = Image.frombytes("RGB", (40, 30), dice.randbytes(3600))
        small.resize((2400, 1800), Image.Resampling.BICUBIC).save(out, "JPEG", quality=85)
        files.append(("files", (f"noise-{number:02}.jpg", out.getvalue())))
    return files


def test_a_supervisor_killed_over_busy_workers_leaves_nothing_and_the_next_one_finishes(stack: Serving) -> None:
    steward, studio = stack.caller("stella"), stack.caller("phil")
    pictures, rows = 24, 800
    before = stack.one(SETTLED)
    ingest = studio.upload("/assets/uploads", noise(pictures))["uid"]
    uid = start_import(steward, "SUP", rows)
    stack.comes(SETTLED, at_least=before + 3)
    stack.comes("SELECT count(*) FROM pim_product WHERE sku LIKE 'SUP-%%'", at_least=100)
    assert stack.process is not None
    births = {pid: born(pid) for pid in family(stack.process.pid)}
    stacks.kill(stack.process)
    home = str(place.place_for(stack.var_dir / "postgres"))
    tell("everything had ended after the supervisor", ended(births, 12))
    stacks.until(lambda: not stacks.holding(str(stack.var_dir)) and not stacks.holding(home), 5)
    stacks.until(lambda: not (stack.var_dir / environment.STACK).exists(), 5)

    tell("served again", stack.start())
    begun = clock()
    assert stack.one(SETTLED) < before + pictures, "the ingest was over before the kill"
    stacks.until(partial(is_ingested, studio, ingest), 120, stack.out)
    tell("the ingest was finished", clock() - begun)
    files = studio.pages(f"/ingests/{ingest}/files", limit=200)
    assert Counter(row["state"] for row in files) == {"ingested": pictures}
    assert len({row["asset"] for row in files}) == pictures
    check_import(stack, steward, uid, "SUP", rows)
    begun = clock()
    stack.manage("fsck")
    stack.manage("rebuild", "--check")
    tell("fsck and rebuild --check", clock() - begun)
    assert stack.left_over() == []


def is_ingested(studio: House, uid: str) -> bool:
    return bool(studio.get(f"/ingests/{uid}")["state"] == "done")


SLOW, UNFINISHED = 200, b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


def test_clients_that_never_finish_their_headers_hold_nobody_up(stack: Serving) -> None:
    """Fault 25. Two hundred of them at each door: everybody else is answered, and they are let go of."""
    with contextlib.ExitStack() as open_ones:
        slow = {port: [open_ones.enter_context(knock(port)) for _ in range(SLOW)] for port in stack.ports}
        begun, waits = clock(), []
        with httpx.Client(timeout=10) as client:
            for _ in range(20):
                at = clock()
                assert client.get(f"http://127.0.0.1:{stack.ports[0]}/login/").status_code == 200
                assert client.get(f"http://127.0.0.1:{stack.ports[1]}/m/none/").status_code == 404
                waits.append(clock() - at)
        tell("two answers beside them, at the longest", max(waits))
        assert max(waits) < 5
        over = {port: sum(is_over(one, HEADERS_WITHIN + 20) for one in ones) for port, ones in slow.items()}
        tell("until all of them were let go of", clock() - begun)
        assert over == dict.fromkeys(stack.ports, SLOW)


def knock(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=10)
    made.sendall(UNFINISHED)
    return made


def is_over(connection: socket.socket, seconds: float) -> bool:
    """Whether the other side has closed it, waiting so long; what it said before does not count."""
    connection.settimeout(seconds)
    try:
        while connection.recv(4096):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True
