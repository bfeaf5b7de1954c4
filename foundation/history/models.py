from __future__ import annotations

from django.db import models


class Revision(models.Model):
    """One change of one truth row, with its image before the change; written by triggers only.

    The table is partitioned by month of `at`; the difference between two revisions is computed on read.
    """

    class Operation(models.TextChoices):
        INSERT = "I", "created"
        UPDATE = "U", "changed"
        DELETE = "D", "deleted"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    tx = models.BigIntegerField()
    table_name = models.TextField()
    row_key = models.TextField()
    op = models.CharField(max_length=1, choices=Operation)
    before = models.JSONField(null=True)
    actor = models.TextField(blank=True)
    request = models.TextField(blank=True)
    change_set = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [
            # the history of one row, newest first
            models.Index(fields=["table_name", "row_key", "id"], name="revision_of_row"),
            # fsck: transactions with a revision and no event
            models.Index(fields=["tx"], name="revision_by_tx"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_key} {self.get_op_display()} at {self.at:%Y-%m-%d %H:%M:%S}"
