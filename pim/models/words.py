from django.db import models


class Spoken(models.Func):
    """The words by which something with a code, labels and synonyms is found, in small letters."""

    function = "pim_spoken"
    output_field = models.TextField()


def spoken() -> Spoken:
    return Spoken("code", "labels", "synonyms")
