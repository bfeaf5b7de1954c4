from django.db import migrations

from foundation.history.operations import track_history

TABLES = ("asset", "assetversion", "preset", "licence", "licenceterm", "assetlicence", "ingest", "ingestfile")


class Migration(migrations.Migration):
    dependencies = [("dam", "0001_media"), ("history", "0001_revisions")]
    operations = [track_history(f"dam_{table}") for table in TABLES]
