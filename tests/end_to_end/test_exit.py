"""Leaving with everything: a full house, exported and imported into an empty one, is the same there. G7."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from config.demo.files import Scale, make_files
from tests.config.stacks import ROOT

SCALE = Scale(models=5, colours=1, sizes=2, views=1, second=2, width=600)


@pytest.fixture
def full_house(transactional_db: None, tmp_path: Path) -> Path:
    """Products from a workbook, pictures from a shoot, bindings, a licence, listings; and the export of it all."""
    from config.demo.story.preparing import prepare
    from dam.models import Asset
    from dam.services import approve_assets, assign_licence, define_licence, ingest_folder
    from dam.verdict import TermFacts
    from foundation.archive.services import export_everything
    from foundation.core.actors import system
    from foundation.events.sequencing import drain
    from foundation.jobs.running import run_due_jobs
    from foundation.taxonomy.services import create_category, create_tree
    from pim.models import Product
    from pim.services import classify_product, place_product, relate_products, start_import

    actor, files = system("tests"), tmp_path / "files"
    make_files(files, seed=7, scale=SCALE)
    prepare(files, marketplace="", marketplace_key="x", password_file=tmp_path / "password")
    start_import(files / "supplier" / "catalogue.xlsx", filename="catalogue.xlsx", actor=actor)
    ingest_folder(files / "shoot", actor=actor)
    run_due_jobs()
    drain()
    assets = list(Asset.objects.all())
    licence = define_licence(name="all", terms=[TermFacts()], actor=actor)
    assign_licence(assets, licence=licence, actor=actor)
    approve_assets(assets, actor=actor)
    tree = create_tree(code="products", kind="hierarchy", labels={"en-GB": "Products"}, actor=actor)
    for code, parent in (("all", None), ("some", "all")):
        create_category(tree, code=code, labels={"en-GB": code}, parent=parent, actor=actor)
    for product in Product.objects.filter(parent=None):
        classify_product(product, category="products/some", actor=actor)
        place_product(product, channel="d2c", market="GB", actor=actor, reason="spring")
    for sku, some in json.loads((files / "supplier" / "relations.json").read_text())["relations"].items():
        relate_products(Product.objects.get(sku=sku), relations=some, actor=actor)
    drain()
    run_due_jobs()
    drain()
    while chain_round():
        pass
    export_everything(tmp_path / "export")
    return tmp_path


def chain_round() -> int:
    from django.db import transaction

    from foundation.audit.services import chain_committed

    with transaction.atomic():
        return chain_committed()


@pytest.fixture
def other_house(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an instance with a database and a store of its own, migrated and empty."""
    from django.db import connection

    template, name = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_other"
    server = os.environ["TANDEM_TEST_SERVER"]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = os.environ["DATABASE_URL"].replace(f"/{template}", f"/{name}")
    env = os.environ | {"DATABASE_URL": url, "STORAGE_URL": (tmp_path / "other-blobs").as_uri()}
    env |= {"AUDIT_HEADS_URL": (tmp_path / "other-heads").as_uri()}
    manage(env, "migrate", "--verbosity", "0")
    yield env
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def manage(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(300)
def test_a_full_house_moves_and_is_the_same(full_house: Path, other_house: dict[str, str]) -> None:
    first = json.loads((full_house / "export" / "manifest.json").read_text())
    rows = {table: facts["rows"] for table, facts in first["tables"].items()}
    for table in (
        "pim_product",
        "pim_relation",
        "dam_asset",
        "dam_ingestfile",
        "associations_binding",
        "syndication_listing",
        "syndication_publishedrevision",
        "jobs_job",
        "audit_batch",
        "audit_link",
    ):
        assert rows[table] > 0, f"{table} is empty: nothing would be proven"
    manage(other_house, "import_archive", str(full_house / "export"))
    manage(other_house, "export_archive", str(full_house / "again"))
    second = json.loads((full_house / "again" / "manifest.json").read_text())
    different = {table for table, facts in first["tables"].items() if facts != second["tables"][table]}
    # renditions are derived: the other house asks for them anew, by jobs of its own
    assert (different, first["blobs"]) == ({"jobs_job"}, second["blobs"])
    jobs = (full_house / name / "data" / "jobs_job.jsonl" for name in ("export", "again"))
    before, after = (set(path.read_text().splitlines()) for path in jobs)
    assert before < after
    assert {json.loads(line)["kind"] for line in after - before} == {"dam.render"}
    assert "wrong" not in manage(other_house, "fsck")
    assert f"The chain is whole: {rows['audit_link']} links" in manage(other_house, "verify_audit")
    assert "changed" not in manage(other_house, "rebuild", "--check")
