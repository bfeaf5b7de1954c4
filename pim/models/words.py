from typing import Any, TypeVar

from django.db import models


class Spoken(models.Func):
    """The words by which something with a code, labels and synonyms is found, in small letters."""

    function = "pim_spoken"
    output_field = models.TextField()


def spoken() -> Spoken:
    return Spoken("code", "labels", "synonyms")


Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def saying(rows: Rows, words: str) -> Rows:
    """Those whose code, labels and synonyms hold each of the words, eight at most."""
    rows = rows.alias(spoken=spoken())
    for word in words.lower().split()[:8]:
        rows = rows.filter(spoken__contains=word)
    return rows
