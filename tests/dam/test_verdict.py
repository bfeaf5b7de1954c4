"""The verdict against a naive twin that tries every territory and every hour, one after the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dam.verdict import Code, LicenceFacts, TermFacts, decide

START = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = 12
PLACES = ["DE", "FR", "JP"]
CHANNELS = ["d2c", "market"]
USES = ["web", "print"]


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


# ---------------------------------------------------------------- the naive twin
def naive(licences, channel, territories, use, at):
    """As the words of the glossary say it, without a thought for speed or order of loops."""
    if not licences:
        return False, "no-licence"
    places = sorted(territories) if territories else ["*", *PLACES]
    answers = [naive_place(licences, channel, place, use, at) for place in places]
    wrong = [answer for answer in answers if answer != "granted"]
    return (False, wrong[0]) if wrong else (True, "granted")


def naive_place(licences, channel, place, use, at):
    standing = [one for one in licences if one.revoked_at is None or at < one.revoked_at]
    gone = [one for one in licences if one not in standing]

    def in_list(wanted, allowed):
        return len(allowed) == 0 or wanted in allowed

    def covers(term):
        begun = term.starts_at is None or term.starts_at <= at
        over = term.ends_at is not None and term.ends_at <= at
        where = in_list(place, term.territories) and in_list(channel, term.channels) and in_list(use, term.uses)
        return where and begun and not over

    if any(covers(term) for one in standing for term in one.terms if not term.is_grant):
        return "excluded"
    grants = [term for one in standing for term in one.terms if term.is_grant]
    if any(covers(term) for term in grants):
        return "granted"
    if any(covers(term) for one in gone for term in one.terms if term.is_grant):
        return "revoked"
    # peel off one condition after the other; the last that leaves somebody gives the reason
    by_use = [term for term in grants if in_list(use, term.uses)]
    by_channel = [term for term in by_use if in_list(channel, term.channels)]
    by_place = [term for term in by_channel if in_list(place, term.territories)]
    if by_place:
        to_come = [term for term in by_place if term.starts_at is not None and at < term.starts_at]
        return "embargoed" if to_come else "expired"
    if by_channel:
        return "territory"
    if by_use:
        return "channel"
    if grants:
        return "use"
    return "revoked" if gone else "no-licence"


def naive_boundary(licences, channel, territories, use, at):
    now = naive(licences, channel, territories, use, at)
    for number in range(HOURS + 2):
        if hour(number) > at and naive(licences, channel, territories, use, hour(number)) != now:
            return hour(number)
    return None


# ---------------------------------------------------------------- strategies
def some(codes):
    return st.frozensets(st.sampled_from(codes), max_size=2)


@st.composite
def terms(draw):
    starts = draw(st.none() | st.integers(1, HOURS - 1))
    ends = draw(st.none() | st.integers((starts or 0) + 1, HOURS))
    return TermFacts(
        is_grant=draw(st.sampled_from([True, True, False])),
        territories=draw(some(PLACES)),
        uses=draw(some(USES)),
        channels=draw(some(CHANNELS)),
        starts_at=None if starts is None else hour(starts),
        ends_at=None if ends is None else hour(ends),
    )


@st.composite
def licences(draw):
    found = []
    for number in range(draw(st.integers(0, 3))):
        revoked = draw(st.none() | st.integers(1, HOURS))
        listed = tuple(draw(st.lists(terms(), max_size=3)))
        found.append(LicenceFacts(f"licence-{number}", listed, None if revoked is None else hour(revoked)))
    return found


@settings(max_examples=1500, deadline=None)
@given(
    licences(), st.sampled_from(["", *CHANNELS]), st.frozensets(st.sampled_from(PLACES)), st.sampled_from(USES),
    st.integers(0, HOURS),
)  # fmt: skip
def test_it_agrees_with_the_naive_twin(facts, channel, territories, use, number):
    question = {"channel": channel, "territories": territories, "use": use, "at": hour(number)}
    verdict = decide(facts, **question)
    assert (verdict.allowed, verdict.code) == naive(facts, *question.values())
    assert verdict.boundary == naive_boundary(facts, *question.values())
    assert decide(list(reversed(facts)), **question) == verdict
    assert set(verdict.licence_uids) <= {one.uid for one in facts}
    if verdict.allowed:
        assert verdict.licence_uids


# ---------------------------------------------------------------- examples that people can read
EVERYTHING = TermFacts()


def ask(*found, channel="d2c", territories=("DE",), use="web", at=5):
    return decide(found, channel=channel, territories=frozenset(territories), use=use, at=hour(at))


@pytest.mark.parametrize(
    ("found", "question", "code", "boundary"),
    [
        ([], {}, "no-licence", None),
        ([LicenceFacts("a", (EVERYTHING,))], {}, "granted", None),
        ([LicenceFacts("a", (EVERYTHING,), revoked_at=hour(5))], {}, "revoked", None),
        ([LicenceFacts("a", (EVERYTHING,), revoked_at=hour(9))], {}, "granted", 9),
        ([LicenceFacts("a", (TermFacts(ends_at=hour(5)),))], {}, "expired", None),
        ([LicenceFacts("a", (TermFacts(starts_at=hour(5)),))], {}, "granted", None),
        ([LicenceFacts("a", (TermFacts(starts_at=hour(7), ends_at=hour(9)),))], {}, "embargoed", 7),
        ([LicenceFacts("a", (TermFacts(territories=frozenset({"FR"})),))], {}, "territory", None),
        ([LicenceFacts("a", (TermFacts(channels=frozenset({"market"})),))], {}, "channel", None),
        ([LicenceFacts("a", (TermFacts(channels=frozenset({"d2c"})),))], {"channel": ""}, "channel", None),
        ([LicenceFacts("a", (TermFacts(uses=frozenset({"print"})),))], {}, "use", None),
        ([LicenceFacts("a", (EVERYTHING, TermFacts(is_grant=False, territories=frozenset({"JP"}))))],
         {"territories": ("DE", "JP")}, "excluded", None),
        # licences unite: DE from one, FR from the other
        ([LicenceFacts("a", (TermFacts(territories=frozenset({"DE"})),)),
          LicenceFacts("b", (TermFacts(territories=frozenset({"FR"}), ends_at=hour(8)),))],
         {"territories": ("DE", "FR")}, "granted", 8),
        # no territory asked for means the whole world, which a list of countries never is
        ([LicenceFacts("a", (TermFacts(territories=frozenset(PLACES)),))], {"territories": ()}, "territory", None),
        ([LicenceFacts("a", (EVERYTHING,))], {"territories": ()}, "granted", None),
    ],
)  # fmt: skip
def test_examples(found, question, code, boundary):
    verdict = ask(*found, **question)
    assert (verdict.code, verdict.allowed) == (Code(code), code == "granted")
    assert verdict.boundary == (None if boundary is None else hour(boundary))
    assert verdict.reason
