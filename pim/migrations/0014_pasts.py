from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pim", "0013_rules"), ("history", "0002_reasons")]
    operations = [
        # what once said something of a product and is gone; rows are deleted rarely, so it stays small
        migrations.RunSQL(
            "CREATE INDEX revision_of_gone_rows ON history_revision ((before -> 'product_id')) WHERE op = 'D'",
            "DROP INDEX revision_of_gone_rows",
        ),
        # what they were made over is not known of those that there are
        migrations.AddField("override", "shared", models.JSONField(blank=True, null=True)),
    ]
