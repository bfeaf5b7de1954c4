"""Draw a shot and store it as its camera, scanner or retoucher would have."""

from io import BytesIO

from PIL import Image, ImageCms, ImageEnhance

from config.demo.files.drawing import icc
from config.demo.files.drawing.labels import hang
from config.demo.files.drawing.scene import render
from config.demo.files.shots import Shot
from config.demo.files.xmp import Caption, write_caption

#: Middle of each tag as shares of width and height, and its turn in degrees.
TAG_PLACES = (((0.68, 0.74), 2.0), ((0.27, 0.78), -2.0))


def draw(shot: Shot, width: int) -> bytes:
    """Return the finished file; ``width`` in pixels, halved for what is stored without loss."""
    if shot.storage in {"cmyk", "wide"}:
        width //= 2
    picture = render(kind=shot.kind, colour=shot.colour, wall=shot.wall, frame=shot.frame, width=width)
    if shot.variation:
        picture = ImageEnhance.Brightness(picture).enhance(1 - 0.03 * shot.variation)
    for gtin, (at, turn) in zip(shot.tags, TAG_PLACES, strict=False):
        hang(picture, gtin, at=at, turn=turn)
    return write_caption(store(picture, shot.storage), caption_of(shot))


def caption_of(shot: Shot) -> Caption:
    """Return what the photographer wrote: an identifier only where it is this picture's evidence."""
    return Caption(
        title=f"{shot.kind.capitalize()}, {shot.role}",
        keywords=(f"role:{shot.role}", shot.kind),
        identifier=shot.sku if shot.evidence == "dc:identifier" else None,
        gtin=shot.gtin if shot.evidence == "ProductGTIN" else None,
    )


def store(picture: Image.Image, storage: str) -> bytes:
    """Encode the pixels."""
    raw = BytesIO()
    if storage == "cmyk":
        picture.convert("CMYK").save(raw, "TIFF", compression="tiff_lzw", icc_profile=icc.print_cmyk(), dpi=(300, 300))
    elif storage == "wide":
        profile = icc.display_p3()
        target = ImageCms.ImageCmsProfile(BytesIO(profile))
        seen = ImageCms.profileToProfile(picture, ImageCms.createProfile("sRGB"), target)
        vivid = ImageEnhance.Color(seen or picture).enhance(1.5)
        vivid.save(raw, "PNG", icc_profile=profile, compress_level=3)
    elif storage == "rotated":
        exif = Image.Exif()
        exif[0x0112] = 6  # Orientation: turn the stored pixels 90° clockwise to see them upright
        turned = picture.transpose(Image.Transpose.ROTATE_90)
        turned.save(raw, "JPEG", quality=88, exif=exif.tobytes())
    else:
        picture.save(raw, "JPEG", quality=88)
    return raw.getvalue()
