"""Renditions: the right pixels, the right key, made once by however many hands."""

from __future__ import annotations

import io
import random
import threading

import pyexiv2
import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from PIL import Image, ImageCms

from dam import services
from dam.models import Preset, Rendition
from dam.queries.renditions import find_rendition, find_renditions, rendition_key
from dam.recipes import complete_recipe
from dam.services.repairs import restore_renditions
from foundation.blobs.services import path_of, read_blob
from foundation.core.errors import Invalid, Missing
from foundation.events.models import OutboxEvent
from foundation.jobs.models import Job
from foundation.jobs.running import run_due_jobs, run_job

from . import factories
from .factories import COLOURS, HOUSE, is_near, pixel, quarters

pytestmark = pytest.mark.django_db
PLACES = {"nw": (0.2, 0.2), "ne": (0.8, 0.2), "sw": (0.2, 0.8), "se": (0.8, 0.8)}


def preset(code: str = "shop", **body) -> Preset:
    body = {"width": 100, "height": 100, "format": "png"} | body
    return services.define_preset(code=code, label=code, body=body, actor=HOUSE)


def rendered(content: bytes, name: str = "a.jpg", **body) -> bytes:
    """The bytes that a preset makes of a picture."""
    asset = factories.make_asset(content, name=name)
    wish = preset(**body)
    services.request_rendition(asset.current_version, preset=wish, actor=HOUSE)
    run_due_jobs()
    row = find_rendition(asset.current_version, wish)
    assert row.state == "done", row.error
    return read_blob(row.sha256)


def corners(content: bytes) -> dict[str, tuple[int, ...]]:
    return {corner: pixel(content, at) for corner, at in PLACES.items()}


def same_corners(content: bytes, tolerance: int) -> bool:
    return all(is_near(colour, COLOURS[corner], tolerance) for corner, colour in corners(content).items())


def test_ingest_makes_previews():
    asset = factories.make_asset(factories.jpeg(quarters(3000, 1500)))
    sizes = {}
    for code in ("preview", "large"):
        row = find_rendition(asset.current_version, code)
        sizes[code] = (row.state, row.media_type, row.width, row.height)
        assert row.bytes == len(read_blob(row.sha256))
    assert sizes == {"preview": ("done", "image/webp", 400, 200), "large": ("done", "image/webp", 1600, 800)}
    ready = OutboxEvent.objects.filter(type="dam.rendition.ready", subject=asset.uid)
    assert {event.data["preset"] for event in ready} == {"preview", "large"}
    assert Job.objects.filter(kind="dam.render").count() == 1


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ({"fit": "contain"}, (100, 50)),
        ({"fit": "cover"}, (100, 100)),
        ({"fit": "pad"}, (100, 100)),
        ({"width": 4000, "height": 4000}, (600, 300)),
        ({"width": 500, "height": 500, "fit": "cover"}, (300, 300)),
    ],
)
def test_fits(body, size):
    content = rendered(factories.jpeg(quarters(600, 300)), **body)
    assert Image.open(io.BytesIO(content)).size == size


def test_padding_has_the_colour_asked_for():
    content = rendered(factories.jpeg(quarters(600, 300)), fit="pad", background="#00FF7f")
    assert pixel(content, (0.5, 0.1)) == (0, 255, 127)
    assert is_near(pixel(content, (0.2, 0.4)), COLOURS["nw"], 8)


@pytest.mark.parametrize(("format_", "name"), [("jpeg", "JPEG"), ("webp", "WEBP"), ("avif", "AVIF"), ("png", "PNG")])
def test_formats(format_, name):
    content = rendered(factories.jpeg(), format=format_, quality=90)
    assert Image.open(io.BytesIO(content)).format == name
    assert same_corners(content, 14)


def test_transparency_stays_or_gets_its_background():
    picture = quarters().convert("RGBA")
    picture.putalpha(0)
    source = factories.png(picture)
    kept = rendered(source, format="png")
    assert Image.open(io.BytesIO(kept)).convert("RGBA").getpixel((10, 10))[3] == 0
    row = services.request_rendition(
        factories.Asset.objects.get().current_version,
        preset=preset("flat", format="jpeg", background="#336699"),
        actor=HOUSE,
    )
    run_due_jobs()
    row.refresh_from_db()
    assert is_near(pixel(read_blob(row.sha256), (0.5, 0.5)), (0x33, 0x66, 0x99), 3)


# ---------------------------------------------------------------- colour and orientation
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_out_upright(orientation):
    stored = quarters(400, 240)
    if orientation != 1:
        # as the camera would have stored it: the turn that the reader will undo
        turn = {5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
                8: Image.Transpose.ROTATE_270, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
                4: Image.Transpose.FLIP_TOP_BOTTOM}[orientation]  # fmt: skip
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = rendered(factories.jpeg(stored, exif=exif.tobytes()))
    assert Image.open(io.BytesIO(content)).size == (100, 60)
    assert same_corners(content, 12)
    version = factories.Asset.objects.get().current_version
    assert (version.width, version.height) == (400, 240)
    assert Image.open(io.BytesIO(content)).getexif().get(0x0112, 1) == 1


def linear_profile(primaries: str) -> bytes:
    """Display P3 as Apple ships it, made from its matrix (SMPTE EG 432-1, D65)."""
    from config.demo.files.drawing import icc

    return icc.display_p3() if primaries == "p3" else icc.print_cmyk()


def test_wide_gamut_is_brought_to_srgb():
    profile = linear_profile("p3")
    target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    muted = Image.eval(quarters(), lambda level: 60 + level * 130 // 255)  # inside sRGB, so that it can come back
    stored = ImageCms.profileToProfile(muted, ImageCms.createProfile("sRGB"), target, renderingIntent=1)
    naive = {corner: stored.getpixel((int(320 * x), int(200 * y))) for corner, (x, y) in PLACES.items()}
    wanted = {corner: muted.getpixel((int(320 * x), int(200 * y))) for corner, (x, y) in PLACES.items()}
    assert not all(is_near(naive[corner], wanted[corner], 8) for corner in PLACES)
    found = corners(rendered(factories.png(stored, icc_profile=profile), "a.png"))
    assert all(is_near(found[corner], wanted[corner], 4) for corner in PLACES), (found, wanted)


def test_cmyk_with_a_profile_is_brought_to_srgb():
    profile = linear_profile("cmyk")
    stored = quarters().convert("CMYK")
    wanted = ImageCms.profileToProfile(
        stored, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), renderingIntent=1,
        outputMode="RGB",
    )  # fmt: skip
    out = io.BytesIO()
    stored.save(out, "TIFF", compression="tiff_lzw", icc_profile=profile)
    found = corners(rendered(out.getvalue(), "a.tif"))
    expected = {corner: wanted.getpixel((int(320 * x), int(200 * y))) for corner, (x, y) in PLACES.items()}
    assert all(is_near(found[corner], expected[corner], 6) for corner in PLACES), (found, expected)


def test_cmyk_without_a_profile_keeps_its_hues():
    out = io.BytesIO()
    quarters().convert("CMYK").save(out, "TIFF")
    content = rendered(out.getvalue(), "a.tif")
    assert Image.open(io.BytesIO(content)).mode == "RGB"
    found = corners(content)
    assert found["nw"][0] > 2 * max(found["nw"][1:])
    assert found["sw"][2] > found["sw"][0]


def test_grey_and_sixteen_bits_come_out_as_srgb():
    grey = rendered(factories.png(Image.new("L", (50, 50), 128)), "g.png")
    assert Image.open(io.BytesIO(grey)).mode == "RGB"
    assert is_near(pixel(grey, (0.5, 0.5)), (128, 128, 128), 1)
    deep = io.BytesIO()
    Image.new("I;16", (50, 50), 40000).save(deep, "PNG")
    assert is_near(pixel(rendered(deep.getvalue(), "d.png"), (0.5, 0.5)), (156, 156, 156), 2)


def test_places_and_serial_numbers_stay_and_credit_travels():
    exif = {"Exif.GPSInfo.GPSLatitude": "52/1 31/1 0/1", "Exif.Photo.BodySerialNumber": "SN-4711"}
    xmp = {"Xmp.photoshop.Credit": "Studio Nord", "Xmp.dc.rights": "© Harrow & Fell", "Xmp.xmp.Label": "private note"}
    content = rendered(factories.with_xmp(factories.jpeg(), xmp=xmp, exif=exif), format="jpeg")
    assert b"SN-4711" not in content
    assert b"private note" not in content
    with pyexiv2.ImageData(content) as image:
        assert not image.read_exif()
        found = image.read_xmp()
    assert found["Xmp.photoshop.Credit"] == "Studio Nord"
    assert "© Harrow & Fell" in str(found["Xmp.dc.rights"])
    version = factories.Asset.objects.get().current_version
    assert "SN-4711" not in str(version.embedded)
    assert "GPS" not in str(version.embedded)


def test_nothing_of_a_source_without_rights_travels():
    source = factories.with_xmp(factories.jpeg(), xmp={"Xmp.xmp.Label": "private note"})
    assert b"private note" in source
    assert b"private note" not in rendered(source, format="jpeg")


@pytest.mark.parametrize("format_", ["jpeg", "webp", "png"])
def test_byte_limits_are_kept(format_):
    grain = Image.frombytes("L", (400, 300), random.Random(7).randbytes(400 * 300))
    noise = grain.resize((1200, 900)).convert("RGB")
    limit = 200_000
    content = rendered(factories.jpeg(noise), width=1000, height=1000, format=format_, quality=95, max_bytes=limit)
    assert len(content) <= limit
    if format_ != "png":
        assert len(content) > 0.8 * limit
        assert Image.open(io.BytesIO(content)).size == (1000, 750)


# ---------------------------------------------------------------- keys and jobs
def test_the_key_follows_source_recipe_and_engine(monkeypatch):
    one, other = factories.make_asset(seed=1), factories.make_asset(seed=2)
    wish = preset()
    keys = {rendition_key(one.current_version, wish), rendition_key(other.current_version, wish)}
    keys.add(rendition_key(one.current_version, preset(quality=50)))
    assert rendition_key(one.current_version, preset("other", quality=50)) in keys
    monkeypatch.setattr("dam.queries.renditions.engine", lambda: "other")
    keys.add(rendition_key(one.current_version, wish))
    assert len(keys) == 4


def test_bytes_do_not_depend_on_what_is_asked_for_together():
    source = factories.jpeg(quarters(5000, 2600))
    asset = factories.make_asset(source)
    together = {code: read_blob(find_rendition(asset.current_version, code).sha256) for code in ("preview", "large")}
    Rendition.objects.all().delete()
    for code in ("large", "preview"):
        services.request_rendition(asset.current_version, preset=code, actor=HOUSE)
        run_due_jobs()
        assert read_blob(find_rendition(asset.current_version, code).sha256) == together[code]


def test_asking_twice_is_one_job():
    asset = factories.make_asset()
    wish, before = preset(), Job.objects.count()
    first = services.request_rendition(asset.current_version, preset=wish, actor=HOUSE)
    second = services.request_rendition(asset.current_version, preset="shop", actor=HOUSE)
    assert (first.pk, first.state, Job.objects.count()) == (second.pk, "waiting", before + 1)
    run_due_jobs()
    services.request_rendition(asset.current_version, preset=wish, actor=HOUSE)
    assert Job.objects.count() == before + 1
    assert find_renditions([asset.current_version], wish)[asset.current_version.pk].pk == first.pk


def test_asking_for_one_of_many_underway_is_no_second_job():
    asset = factories.make_asset(run=False)
    assert Job.objects.filter(kind="dam.render").count() == 1
    services.request_rendition(asset.current_version, preset="preview", actor=HOUSE)
    assert Job.objects.filter(kind="dam.render").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_rendition_make_one():
    """Two jobs for the same row, carried out at once by two threads with connections of their own."""
    asset = factories.make_asset(factories.jpeg(quarters(4000, 3000)))
    wish = preset("both", width=1500, height=1500, format="jpeg")
    row = services.request_rendition(asset.current_version, preset=wish, actor=HOUSE)
    first = Job.objects.get(pk=row.held_by)
    Rendition.objects.filter(pk=row.pk).update(held_by=None)
    payload = first.payload
    from foundation.jobs.services import start_job

    second = start_job(kind="dam.render", queue="media", payload=payload, actor=HOUSE, unique_key="another")
    ready = threading.Barrier(2)

    def work(job_id: int) -> None:
        ready.wait()
        try:
            run_job(job_id, heartbeat=False)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(job.pk,)) for job in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Job.objects.get(pk=job.pk).result["made"] for job in (first, second)) == [0, 1]
    row.refresh_from_db()
    assert (row.state, row.attempt) == ("done", 1)
    assert Image.open(io.BytesIO(read_blob(row.sha256))).size == (1500, 1125)
    assert OutboxEvent.objects.filter(type="dam.rendition.ready", data__key=row.key).count() == 1


def test_a_worker_that_died_is_followed_by_one_that_finishes(monkeypatch):
    """Bytes stored and no row yet: the job is taken over at once, though the row's lease is still running."""
    from dam.services import rendering

    asset = factories.make_asset()
    row = services.request_rendition(asset.current_version, preset=preset(), actor=HOUSE)
    real = rendering._finish

    def die(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(rendering, "_finish", die)
    with pytest.raises(KeyboardInterrupt):
        run_job(row.held_by, heartbeat=False)
    row.refresh_from_db()
    assert (row.state, row.sha256) == ("waiting", None)
    assert row.lease_until is not None
    Job.objects.filter(pk=row.held_by).update(lease_until=None)
    monkeypatch.setattr(rendering, "_finish", real)
    run_due_jobs()
    row.refresh_from_db()
    assert (row.state, row.attempt) == ("done", 2)


def test_a_maker_that_was_overtaken_changes_nothing():
    from dam.services import rendering

    asset = factories.make_asset()
    row = find_rendition(asset.current_version, "preview")
    stale = Rendition.objects.get(pk=row.pk)
    stale.attempt -= 1
    rendering._fail([stale], _Run(), "too late")
    row.refresh_from_db()
    assert row.state == "done"


class _Run:
    def advance(self, *args, **options) -> None:
        """The job's own fence is tested with jobs."""


def test_a_damaged_source_is_not_rendered():
    asset = factories.make_asset()
    path = default_storage.path(path_of(asset.current_version.blob_id))
    with open(path, "r+b") as file:  # noqa: PTH123
        file.seek(100)
        file.write(b"\x00\x01")
    row = services.request_rendition(asset.current_version, preset=preset(), actor=HOUSE)
    run_due_jobs()
    row.refresh_from_db()
    assert (row.state, row.sha256) == ("failed", None)
    assert "checksum" in row.error


def test_lost_renditions_come_back_the_same():
    asset = factories.make_asset()
    row = find_rendition(asset.current_version, "preview")
    default_storage.delete(path_of(row.sha256))
    Rendition.objects.filter(key=rendition_key(asset.current_version, "large")).delete()
    assert restore_renditions(actor=HOUSE) == 2
    run_due_jobs()
    again = find_rendition(asset.current_version, "preview")
    assert (again.state, again.sha256) == ("done", row.sha256)
    assert default_storage.exists(path_of(row.sha256))
    assert restore_renditions(actor=HOUSE) == 0


def test_done_without_bytes_cannot_be_written():
    asset = factories.make_asset()
    row = find_rendition(asset.current_version, "preview")
    with pytest.raises(IntegrityError), transaction.atomic():
        Rendition.objects.filter(pk=row.pk).update(sha256=None)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"width": 0, "height": 10}, "width"),
        ({"width": 10}, "height"),
        ({"width": 10, "height": 10, "fit": "stretch"}, "fit"),
        ({"width": 10, "height": 10, "format": "bmp"}, "format"),
        ({"width": 10, "height": 10, "background": "red"}, "background"),
        ({"width": 10, "height": 10, "max_bytes": 1}, "max_bytes"),
        ({"width": 10, "height": 10, "quality": True}, "quality"),
        ({"width": 10, "height": 10, "colour": "red"}, "colour"),
    ],
)
def test_bad_presets_are_refused_by_name(body, path):
    with pytest.raises(Invalid) as error:
        services.define_preset(code="bad", label="Bad", body=body, actor=HOUSE)
    assert error.value.path == path
    assert not Preset.objects.filter(code="bad").exists()


def test_recipes_are_complete():
    assert complete_recipe({"width": 10, "height": 20})["background"] == "#ffffff"
    with pytest.raises(Missing):
        services.request_rendition(factories.make_asset().current_version, preset="nothing", actor=HOUSE)


def test_documents_have_a_picture_of_their_first_page():
    out = io.BytesIO()
    quarters(640, 400).save(out, "PDF")
    asset = factories.make_asset(out.getvalue(), name="manual.pdf")
    assert (asset.kind, asset.current_version.media_type) == ("document", "application/pdf")
    row = find_rendition(asset.current_version, "preview")
    content = read_blob(row.sha256)
    assert (row.width, row.height) == (400, 250)
    assert same_corners(content, 14)


def test_drawings_are_sharp_at_any_size():
    drawing = factories.svg('<rect width="40" height="40" fill="#e61414"/>')
    content = rendered(drawing, "logo.svg", width=800, height=800)
    assert Image.open(io.BytesIO(content)).size == (800, 400)
    assert pixel(content, (0.4, 0.5)) == (0xE6, 0x14, 0x14)
    assert is_near(pixel(content, (0.495, 0.5)), (0xE6, 0x14, 0x14), 12)
