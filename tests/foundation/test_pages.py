"""Keyset pages."""

import pytest

from foundation.core.errors import Invalid
from foundation.core.pages import decode_cursor, encode_cursor, keyset_page
from foundation.markets.models import Locale

pytestmark = pytest.mark.django_db


@pytest.fixture
def locales():
    Locale.objects.bulk_create(Locale(code=f"x-{at:02}", name="odd" if at % 2 else "even") for at in range(7))


def walk(**options):
    pages, cursor = [], ""
    while True:
        page = keyset_page(Locale.objects.all(), cursor=cursor, **options)
        pages.append([row.code for row in page.rows])
        cursor = page.next_cursor
        if not cursor:
            return pages


def test_pages_cover_everything_once_in_order(locales):
    assert walk(order=("code",), limit=3) == [["x-00", "x-01", "x-02"], ["x-03", "x-04", "x-05"], ["x-06"]]
    assert walk(order=("-name", "code"), limit=4) == [["x-01", "x-03", "x-05", "x-00"], ["x-02", "x-04", "x-06"]]


def test_a_row_that_arrives_meanwhile_shifts_nothing(locales):
    first = keyset_page(Locale.objects.all(), order=("code",), limit=3)
    Locale.objects.create(code="a-new", name="early")
    second = keyset_page(Locale.objects.all(), order=("code",), limit=3, cursor=first.next_cursor)
    assert [row.code for row in second.rows] == ["x-03", "x-04", "x-05"]


@pytest.mark.parametrize("cursor", ["%%%", "abc", encode_cursor([1, 2]), encode_cursor([]), "é"])
def test_a_foreign_cursor_is_refused(cursor):
    with pytest.raises(Invalid, match="cursor"):
        decode_cursor(cursor, 1)
