"""What happens later is said in two places: the outbox and the jobs. Nothing hides in a signal."""

from __future__ import annotations

import pytest

from . import exempt
from .tree import Finding, calls, imports, is_in, show, sources

SIGNALS = {"pre_init", "post_init", "pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"}
SIGNALS |= {"pre_migrate", "post_migrate", "receiver", "class_prepared"}
CELERY = {"delay", "apply_async", "send_task"}


def waits_for_commit(path: str, source: str) -> list[Finding]:
    found = [(path, node.lineno, dotted) for node, last, dotted in calls(source) if last == "on_commit"]
    return found + [(path, line, name) for line, name in imports(source) if name.endswith(".on_commit")]


def hands_to_celery(path: str, source: str) -> list[Finding]:
    return [(path, node.lineno, dotted) for node, last, dotted in calls(source) if last in CELERY]


def listens_to_signals(path: str, source: str) -> list[Finding]:
    found = [
        (path, line, name)
        for line, name in imports(source)
        if name.startswith(("django.db.models.signals", "django.dispatch"))
    ]
    found += [
        (path, node.lineno, dotted)
        for node, last, dotted in calls(source)
        if last == "connect" and SIGNALS & set(dotted.split("."))
    ]
    return found


def test_on_commit_has_its_homes() -> None:
    found = [
        hit for path, text in sources() if not is_in(path, exempt.AFTER_COMMIT) for hit in waits_for_commit(path, text)
    ]
    assert not found, show(found)


def test_only_jobs_speak_to_celery() -> None:
    found = [hit for path, text in sources() if not is_in(path, exempt.NUDGERS) for hit in hands_to_celery(path, text)]
    assert not found, show(found)


def test_nobody_listens_to_signals() -> None:
    found = [hit for path, text in sources() for hit in listens_to_signals(path, text)]
    assert not found, show(found)


@pytest.mark.parametrize(
    ("scanner", "line"),
    [
        (waits_for_commit, "transaction.on_commit(f)"),
        (waits_for_commit, "from django.db.transaction import on_commit"),
        (hands_to_celery, "make_rendition.delay(1)"),
        (hands_to_celery, "make_rendition.apply_async(args=[1])"),
        (listens_to_signals, "from django.db.models.signals import post_save"),
        (listens_to_signals, "from django.db.models import signals"),
        (listens_to_signals, "from django.dispatch import receiver"),
        (listens_to_signals, "signals.pre_delete.connect(f)"),
    ],
)
def test_hidden_asynchrony_is_seen(scanner, line: str) -> None:
    if line == "from django.db.models import signals":
        line += "\nsignals.post_save.connect(f)"
    assert scanner("x.py", line)
