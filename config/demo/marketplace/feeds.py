"""Processing of feeds, one after the other, by a thread of its own."""

import json
import traceback
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

from config.demo.marketplace.rulebook import RuleBook, issue
from config.demo.marketplace.store import Store

Json = dict[str, Any]
VERSION: Final = "2.0"
MAX_MESSAGE_ID: Final = 2**31 - 1


def shape_error(body: object) -> str | None:
    """Return why a body is no feed at all; what is wrong with one message goes into the report instead."""
    if not isinstance(body, dict) or not isinstance(body.get("header"), dict):
        return "The feed must be an object with a header."
    header = body["header"]
    if not isinstance(header.get("sellerId"), str) or header.get("version") != VERSION:
        return f"The header needs a sellerId and version {VERSION}."
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(each, dict) for each in messages):
        return "The feed needs a list of messages."
    return None


def message_error(message: Json, seen: set[int]) -> Json | None:
    """Return the issue of a message that cannot be read; ``seen`` are the numbers before it."""
    number = message.get("messageId")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MAX_MESSAGE_ID or number in seen:
        return issue(message, "MESSAGE_ID", "ERROR", "'messageId' must be a whole number used once.")
    if not isinstance(message.get("sku"), str) or not message["sku"]:
        return issue(message, "SKU", "ERROR", "'sku' is required.")
    operation = message.get("operationType")
    if operation not in {"UPDATE", "DELETE"}:
        return issue(message, "OPERATION", "ERROR", "Only UPDATE and DELETE are supported here.")
    if operation == "UPDATE" and not (
        isinstance(message.get("productType"), str)
        and isinstance(message.get("attributes"), dict)
        and message["attributes"]
    ):
        return issue(message, "INCOMPLETE", "ERROR", "UPDATE needs a productType and attributes.")
    if operation == "DELETE" and message.keys() & {"attributes", "productType", "requirements", "patches"}:
        return issue(message, "INCOMPLETE", "ERROR", "DELETE takes neither attributes nor a productType.")
    return None


class Processor:
    """Takes feeds from a queue; after a restart it begins with those left undone."""

    def __init__(self, store: Store, rules: RuleBook) -> None:
        """Start the thread."""
        self.store, self.rules = store, rules
        self.queue: SimpleQueue[int] = SimpleQueue()
        for row in store.rows("SELECT id FROM feed WHERE status IN ('IN_QUEUE', 'IN_PROGRESS') ORDER BY id"):
            self.queue.put(row["id"])
        Thread(target=self.run, name="feeds", daemon=True).start()

    def run(self) -> None:
        """Process for ever; a feed that cannot be processed is FATAL and stops no other."""
        while True:
            number = self.queue.get()
            try:
                self.process(number)
            except Exception:  # noqa: BLE001  whatever it is, the next feed is to be taken
                traceback.print_exc()
                with self.store.transaction() as base:
                    base.execute("UPDATE feed SET status = 'FATAL' WHERE id = ?", (number,))

    def process(self, number: int) -> None:
        """Check every message of a feed and keep the outcome."""
        with self.store.transaction() as base:
            base.execute("UPDATE feed SET status = 'IN_PROGRESS' WHERE id = ?", (number,))
        (row,) = self.store.rows("SELECT body FROM feed WHERE id = ?", number)
        body = json.loads(row["body"])
        issues: list[Json] = []
        accepted: list[Json] = []
        numbers: set[int] = set()
        for message in body["messages"]:
            unreadable = message_error(message, numbers)
            found = [unreadable] if unreadable else self.found(message)
            if isinstance(message.get("messageId"), int):
                numbers.add(message["messageId"])
            issues += found
            if all(each["severity"] != "ERROR" for each in found):
                accepted.append(message)
        seen = [message["sku"] for message in body["messages"] if isinstance(message.get("sku"), str)]
        self.store.finish_feed(number, report(number, body, issues, len(accepted)), accepted, seen)

    def found(self, message: Json) -> list[Json]:
        """Return the issues of a readable message."""
        return self.rules.issues_of(message) if message["operationType"] == "UPDATE" else []


def report(number: int, body: Json, issues: list[Json], accepted: int) -> Json:
    """Return the processing report, in the manner of the published schema 2.0."""
    total = len(body["messages"])
    return {
        "header": {"sellerId": body["header"]["sellerId"], "version": VERSION, "feedId": str(number)},
        "issues": issues,
        "summary": {
            "errors": sum(each["severity"] == "ERROR" for each in issues),
            "warnings": sum(each["severity"] == "WARNING" for each in issues),
            "messagesProcessed": total,
            "messagesAccepted": accepted,
            "messagesInvalid": total - accepted,
        },
    }
