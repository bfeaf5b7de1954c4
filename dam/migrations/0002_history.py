from django.db import migrations

from foundation.history.operations import track_history

# Files of an ingest are a log of their own: each row tells its end.
TABLES = ("asset", "assetversion", "preset", "licence", "licenceterm", "assetlicence", "ingest")


class Migration(migrations.Migration):
    dependencies = [("dam", "0001_media"), ("history", "0001_revisions")]
    operations = [track_history(f"dam_{table}") for table in TABLES]
