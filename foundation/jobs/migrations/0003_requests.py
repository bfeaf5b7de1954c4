from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_resume"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="because",
            field=models.TextField(blank=True, help_text="The reason that was given with that request"),
        ),
        migrations.AddField(
            model_name="job",
            name="request",
            field=models.TextField(blank=True, help_text="The request that asked for it, which its writes carry"),
        ),
    ]
