from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("syndication", "0002_history_and_marks")]
    operations = [
        migrations.AddIndex(
            model_name="listing", index=models.Index(fields=["-changed_at", "-id"], name="listings_newest")
        ),
    ]
