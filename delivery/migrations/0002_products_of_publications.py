from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_publications_and_refusals")]
    operations = [
        migrations.AddField(
            model_name="publication",
            name="root_id",
            field=models.BigIntegerField(db_default=0, default=0, help_text="Of the product that is listed"),
        )
    ]
