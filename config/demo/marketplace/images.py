"""Fetch a listing's image as the marketplace's crawler does, and say what is wrong with it."""

from http import HTTPStatus
from http.client import HTTPException  # noqa: TID251  an outside program
from io import BytesIO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen  # noqa: TID251  an outside program

from PIL import Image


def complaint_about(  # noqa: PLR0911  one sentence per cause
    url: str, *, min_pixels: int, types: list[str], timeout_seconds: float, max_bytes: int
) -> str | None:
    """Return why the image at ``url`` is refused; ``min_pixels`` holds for each side."""
    if urlsplit(url).scheme not in {"http", "https"}:
        return f"is not a web address: {url}"
    request = Request(url, headers={"Accept": ", ".join(types), "User-Agent": "Bazaar-Image-Crawler/1.0"})  # noqa: S310
    try:
        with urlopen(request, timeout=timeout_seconds) as answer:  # noqa: S310  the scheme is checked above
            status, kind = answer.status, answer.headers.get_content_type()
            content = answer.read(max_bytes + 1)
    except HTTPError as error:
        return f"answered {error.code} when fetched."
    except (OSError, HTTPException, ValueError) as error:
        return f"could not be fetched: {error}"
    if status != HTTPStatus.OK:
        return f"answered {status} when fetched."
    if kind not in types:
        return f"is {kind}; accepted are {', '.join(types)}."
    if len(content) > max_bytes:
        return f"has more than {max_bytes} bytes."
    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
    except (OSError, Image.DecompressionBombError):
        return "cannot be decoded."
    if min(width, height) < min_pixels:
        return f"has {width} × {height} pixels; each side needs {min_pixels}."
    return None
