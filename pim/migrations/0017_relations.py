"""What products are to each other, and the types that a house begins with."""

import django.db.models.deletion
from django.db import migrations, models

from foundation.history.operations import track_history
from pim.choices import FIRST_RELATION_TYPES


def seed(apps, schema_editor):
    kind = apps.get_model("pim", "RelationType")
    kind.objects.bulk_create(
        kind(
            code=code,
            labels={"en-GB": label},
            inverse_labels={"en-GB": inverse},
            position=place,
            is_two_way=two_way,
            has_quantity=quantity,
            is_market_limitable=limitable,
        )
        for place, (code, label, inverse, two_way, quantity, limitable) in enumerate(FIRST_RELATION_TYPES)
    )


def key(to, **more):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=to, **more)


def number():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("pim", "0016_units_in_rules"), ("history", "0002_reasons"), ("markets", "0003_counted_early")]
    operations = [
        migrations.CreateModel(
            name="RelationType",
            fields=[
                number(),
                ("code", models.TextField(unique=True)),
                ("labels", models.JSONField(default=dict)),
                (
                    "inverse_labels",
                    models.JSONField(default=dict, help_text="Locale to what it is called from the target's side"),
                ),
                ("position", models.IntegerField(default=0)),
                ("is_two_way", models.BooleanField(default=False)),
                ("has_quantity", models.BooleanField(default=False)),
                ("is_market_limitable", models.BooleanField(default=False)),
                ("version", models.BigIntegerField(default=1)),
            ],
            options={
                "ordering": ["position", "code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(is_two_way=True, has_quantity=True),
                        name="what_is_made_of_others_has_one_way",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Relation",
            fields=[
                number(),
                ("quantity", models.IntegerField(blank=True, null=True)),
                ("position", models.IntegerField(default=0)),
                ("market", key("markets.market", blank=True, null=True, related_name="+")),
                ("product", key("pim.product", related_name="relations")),
                ("target", key("pim.product", related_name="+", db_index=False)),
                ("type", key("pim.relationtype", related_name="relations")),
            ],
            options={
                "indexes": [models.Index(fields=["target", "type"], name="relations_of_target")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["product", "type", "target", "market"], name="related_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(product=models.F("target")), name="not_related_to_itself"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(quantity=None) | models.Q(quantity__gte=1), name="at_least_one_of_it"
                    ),
                ],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
        track_history("pim_relationtype"),
        track_history("pim_relation"),
    ]
