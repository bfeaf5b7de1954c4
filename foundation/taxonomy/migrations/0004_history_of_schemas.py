from django.db import migrations

from foundation.history.operations import track_history


class Migration(migrations.Migration):
    dependencies = [("taxonomy", "0003_schemas"), ("history", "0001_revisions")]
    operations = [
        track_history("taxonomy_vocabulary"),
        track_history("taxonomy_externalschema"),
        track_history("taxonomy_schemaversion"),
        track_history("taxonomy_schemafile"),
        track_history("taxonomy_schemachange"),
        track_history("taxonomy_externalnode"),
        track_history("taxonomy_term"),
        track_history("taxonomy_categorymapping"),
    ]
