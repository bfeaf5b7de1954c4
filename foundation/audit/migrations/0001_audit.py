from django.db import migrations, models

from foundation.audit.operations import NUMBER, REFUSE, append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [("history", "0002_reasons")]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("previous", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("link", models.BinaryField()),
                ("last_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Chain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("settled", models.JSONField(default=dict)),
                ("drawn", models.JSONField(default=dict)),
                ("drawn_at", models.BigIntegerField(null=True)),
                ("passed", models.JSONField(default=dict)),
                ("oldest", models.BigIntegerField(default=0)),
                ("published", models.BigIntegerField(default=0, help_text="The last batch whose head is outside")),
                ("verified_at", models.DateTimeField(null=True)),
                ("verified", models.BigIntegerField(default=0, help_text="The last batch that was verified")),
                ("faults", models.JSONField(default=list, help_text="What the last verification found, the first few")),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_chain")],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tx", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("action", models.TextField()),
                ("subject_type", models.TextField(blank=True)),
                ("subject", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("request", models.TextField(blank=True)),
                ("detail", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("action__in", ["audit.retired", "audit.redacted"])),
                        fields=["action", "subject"],
                        name="entry_of_the_audit",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("source", models.CharField(choices=[("r", "history_revision"), ("e", "audit_entry")], max_length=1)),
                ("row", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("behalf", models.TextField(blank=True)),
                ("subject_type", models.TextField(blank=True)),
                ("subject", models.TextField(blank=True)),
                ("request", models.TextField(blank=True)),
                ("link", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["at", "position"], name="link_at"),
                    models.Index(fields=["actor", "at", "position"], name="link_by_actor"),
                    models.Index(
                        condition=models.Q(("behalf", ""), _negated=True),
                        fields=["behalf", "at", "position"],
                        name="link_by_behalf",
                    ),
                    models.Index(fields=["subject_type", "subject", "at", "position"], name="link_by_subject"),
                    models.Index(
                        condition=models.Q(("request", ""), _negated=True), fields=["request"], name="link_by_request"
                    ),
                    models.Index(
                        condition=models.Q(("source", "e")), fields=["at", "position"], name="link_of_entries"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("source", "row"), name="linked_once")],
            },
        ),
        migrations.RunSQL(NUMBER, "DROP FUNCTION tandem_number_entry() CASCADE"),
        migrations.RunSQL(REFUSE, "DROP FUNCTION tandem_refuse_change() CASCADE"),
        append_only("history_revision"),
        append_only("audit_entry"),
        append_only("audit_batch"),
        append_only("audit_link"),
    ]
