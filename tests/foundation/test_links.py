"""Delivery tokens: what was signed comes back, and nothing else is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import string
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from foundation.core.errors import Invalid
from foundation.links.errors import BadToken, TokenOver
from foundation.links.services import delivery_link, key_ring
from foundation.links.tokens import LONGEST, GrantToken, KeyRing, ListingToken, bucketed_expiry

OLD, NEW = "11" * 32, "22" * 32
RING = KeyRing.parse([f"new:{NEW}", f"old:{OLD}"])
ASSET = UUID("0192f0c4-7b00-7000-8000-0000000000aa")
LISTING = ListingToken(ASSET, 3, "web-large", "shop", "DACH")
GRANT = GrantToken(ASSET, 3, "preview", "user:7", "preview", 1_000)
URL_LETTERS = string.ascii_letters + string.digits + "-_"

words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
numbers = st.integers(min_value=0, max_value=2**53 - 1)
tokens = st.builds(ListingToken, st.uuids(), numbers, words, words, words) | st.builds(
    GrantToken, st.uuids(), numbers, words, words, words, numbers
)


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed(kind: str, payload: bytes, *, key_id: str = "new", secret: str = NEW) -> str:
    """A token made by hand, with whatever in it."""
    head = f"{kind}{key_id}.{encode(payload)}"
    return f"{head}.{encode(hmac.digest(bytes.fromhex(secret), head.encode(), hashlib.sha256)[:16])}"


@given(tokens)
def test_what_was_signed_comes_back(token):
    assert RING.verify(RING.sign(token), at=-1) == token


@given(tokens, st.data())
def test_any_other_character_anywhere_is_refused(token, data):
    text = RING.sign(token)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from(URL_LETTERS + ".=+/% \n\0é"))
    assume(letter != text[at])
    with pytest.raises(BadToken):
        RING.verify(text[:at] + letter + text[at + 1 :], at=-1)


@given(tokens, st.data())
def test_nothing_can_be_cut_out_or_put_in(token, data):
    text = RING.sign(token)
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    changed = text[:start] + data.draw(st.text(URL_LETTERS + ".=", max_size=4)) + text[stop:]
    assume(changed != text)
    with pytest.raises(BadToken):
        RING.verify(changed, at=-1)


@given(st.text(max_size=LONGEST + 50))
def test_noise_is_refused(text):
    with pytest.raises(BadToken):
        RING.verify(text, at=0)


@given(st.sampled_from("LGX"), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_a_signed_payload_of_another_shape_is_refused(kind, values):
    with pytest.raises(BadToken):
        RING.verify(signed(kind, json.dumps(values).encode()), at=-1)


UID = encode(ASSET.bytes)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("L", b""),
        ("L", b"\xff\xfe"),
        ("L", b"[" * 400),
        ("L", json.dumps([UID, 3, "p", "c"]).encode()),
        ("L", json.dumps([UID, 3, "p", "c", "m", 9]).encode()),
        ("L", json.dumps([UID, "3", "p", "c", "m"]).encode()),
        ("L", json.dumps([UID, True, "p", "c", "m"]).encode()),
        ("L", json.dumps([UID, 3.0, "p", "c", "m"]).encode()),
        ("L", json.dumps([UID, -1, "p", "c", "m"]).encode()),
        ("L", json.dumps([UID, 2**53, "p", "c", "m"]).encode()),
        ("L", json.dumps([UID, 3, "", "c", "m"]).encode()),
        ("L", json.dumps([UID, 3, "p\0", "c", "m"]).encode()),
        ("L", json.dumps([UID, 3, "\ud800", "c", "m"]).encode()),
        ("L", json.dumps([UID, 3, None, "c", "m"]).encode()),
        ("L", json.dumps([UID[:-1], 3, "p", "c", "m"]).encode()),
        ("L", json.dumps([UID[:-1] + "B", 3, "p", "c", "m"]).encode()),  # the same bytes, spelt otherwise
        ("L", json.dumps(["é" * 22, 3, "p", "c", "m"]).encode()),
        ("L", json.dumps({"asset": UID}).encode()),
        ("G", json.dumps([UID, 3, "p", "a", "u", "9"]).encode()),
        ("G", json.dumps([UID, 3, "p", "a", "u"]).encode()),
        ("X", json.dumps([UID, 3, "p", "c", "m"]).encode()),
    ],
)  # fmt: skip
def test_signed_but_malformed(kind, payload):
    with pytest.raises(BadToken):
        RING.verify(signed(kind, payload), at=0)


def test_the_kind_is_signed():
    text = RING.sign(LISTING)
    with pytest.raises(BadToken):
        RING.verify("G" + text[1:], at=0)


def test_an_older_key_still_verifies_and_a_removed_one_does_not():
    old = KeyRing.parse([f"old:{OLD}"]).sign(LISTING)
    assert RING.verify(old, at=0) == LISTING
    assert RING.sign(LISTING).startswith("Lnew.")
    with pytest.raises(BadToken):
        KeyRing.parse([f"new:{NEW}"]).verify(old, at=0)


def test_one_keys_signature_does_not_pass_for_another():
    with pytest.raises(BadToken):
        RING.verify(signed("L", json.dumps([UID, 3, "p", "c", "m"]).encode(), secret=OLD), at=0)


def test_a_grant_ends_at_its_second():
    text = RING.sign(GRANT)
    assert RING.verify(text, at=999.999) == GRANT
    for late in (1_000, 1_000.001, 10**12):
        with pytest.raises(TokenOver):
            RING.verify(text, at=late)


def test_a_forged_grant_that_is_over_is_called_forged():
    with pytest.raises(BadToken):
        RING.verify(RING.sign(GRANT)[:-1], at=10**12)


@pytest.mark.parametrize("change", [{"preset": ""}, {"preset": "p" * 101}, {"version": -1}, {"channel": "a\n"}])
def test_what_could_not_be_read_is_not_signed(change):
    with pytest.raises(Invalid):
        RING.sign(
            ListingToken(**({"asset": ASSET, "version": 1, "preset": "p", "channel": "c", "market": "m"} | change))
        )


def test_too_long_a_link_is_not_read_though_it_is_signed():
    with pytest.raises(BadToken, match="not one of ours"):
        RING.verify(signed("L", json.dumps([UID, 3, "p", "c", "m"]).encode() + b" " * LONGEST), at=0)


def test_too_long_a_link_is_not_made():
    with pytest.raises(Invalid, match="longer"):
        RING.sign(ListingToken(ASSET, 1, "ü" * 100, "ü" * 100, "ü" * 100))


@pytest.mark.parametrize(
    "items",
    [["a"], ["a:"], ["a:zz"], [f"a:{'11' * 15}"], [f":{OLD}"], [f"a.b:{OLD}"], [f"é:{OLD}"], [f"a:{OLD}", f"a:{NEW}"]],
)
def test_malformed_keys_fail_at_start_without_being_shown(items):
    with pytest.raises(ValueError, match="LINK_KEYS must read") as caught:
        KeyRing.parse(items)
    assert all(part not in str(caught.value) for part in (OLD, NEW, "11" * 15))
    assert caught.value.__cause__ is None


def test_no_key_shows_in_any_text_of_the_ring():
    for text in (repr(RING), str(RING), f"{RING!r}"):
        assert "22" * 8 not in text
        assert repr(bytes.fromhex(NEW)) not in text


def test_without_keys_nothing_is_signed_and_nothing_passes():
    empty = KeyRing.parse([])
    with pytest.raises(ValueError, match="LINK_KEYS is empty"):
        empty.sign(LISTING)
    with pytest.raises(BadToken):
        empty.verify(RING.sign(LISTING), at=0)


def test_links_of_one_bucket_are_the_same():
    assert bucketed_expiry(7200.5, seconds=3600) == bucketed_expiry(10_799, seconds=3600) == 14_400
    assert bucketed_expiry(10_800, seconds=3600) == 18_000


def test_a_whole_link(settings):
    link = delivery_link(LISTING, name="Wool Coat, Größe M / blue", extension="webp")
    origin, token, name = link.split("/m/")[0], link.split("/")[-2], link.split("/")[-1]
    assert (origin, name) == (settings.MEDIA_ORIGIN, "wool-coat-groe-m-blue.webp")
    assert key_ring().verify(token, at=0) == LISTING
    assert delivery_link(LISTING, name="外套").endswith("/picture.jpg")
