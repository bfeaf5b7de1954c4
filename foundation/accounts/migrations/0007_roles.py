import django.contrib.postgres.fields
from django.db import migrations, models

import foundation.core.ids
from foundation.accounts.choices import PERMISSIONS, SENTENCES, Role
from foundation.history.operations import track_history


def seed(apps, schema_editor):
    definition = apps.get_model("accounts", "RoleDefinition")
    definition.objects.bulk_create(
        definition(
            code=role.value,
            name=role.value.capitalize(),
            sentence=SENTENCES[role],
            is_first=True,
            permissions=sorted(PERMISSIONS[role]),
        )
        for role in Role
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_providers")]
    operations = [
        migrations.CreateModel(
            name="RoleDefinition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=foundation.core.ids.uuid7, unique=True)),
                ("code", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("sentence", models.TextField(blank=True, help_text="What the role is for")),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("is_first", models.BooleanField(default=False, help_text="One that the house began with")),
            ],
            options={"ordering": ["-is_first", "pk"]},
        ),
        migrations.AlterField(model_name="grant", name="role", field=models.TextField(help_text="Code of a role")),
        migrations.RunPython(seed, migrations.RunPython.noop),
        track_history("accounts_roledefinition"),
    ]
