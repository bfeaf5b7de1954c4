import django.db.models.deletion
from django.db import migrations, models

from foundation.audit.operations import append_only

# What is out already begins here: its document is the listing's own.
BEGIN = """
INSERT INTO syndication_publishedrevision (listing_id, revision, hash, mapping_version, at, replaced_hash, replaced)
SELECT id, revision, hash, mapping_version, changed_at, '', '' FROM syndication_listing WHERE revision IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("syndication", "0006_marks_of_records"), ("audit", "0001_audit")]

    operations = [
        migrations.CreateModel(
            name="PublishedRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.BigIntegerField()),
                ("hash", models.CharField(blank=True, max_length=64)),
                ("mapping_version", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("replaced_hash", models.CharField(blank=True, max_length=64)),
                (
                    "replaced",
                    models.TextField(
                        blank=True, help_text="The document that was out before, unless it is kept already"
                    ),
                ),
                (
                    "listing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="syndication.listing",
                    ),
                ),
            ],
            options={
                "ordering": ["listing_id", "-revision"],
                "constraints": [
                    models.UniqueConstraint(fields=("listing", "revision"), name="published_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_hash", ""), _negated=True),
                        fields=("listing", "replaced_hash"),
                        name="one_text_per_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("replaced", ""), ("replaced_hash", "")),
                            models.Q(
                                models.Q(("replaced", ""), _negated=True),
                                models.Q(("replaced_hash", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="replaced_text_has_hash",
                    ),
                ],
            },
        ),
        migrations.RunSQL(BEGIN, migrations.RunSQL.noop),
        append_only("syndication_publishedrevision"),
    ]
