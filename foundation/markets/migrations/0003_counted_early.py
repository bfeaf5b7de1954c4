from django.db import migrations

from foundation.core.operations import count_early

TABLES = (
    "markets_locale", "markets_market", "markets_channel", "markets_cell", "markets_scope", "markets_scopecell",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("markets", "0002_history")]
    operations = [count_early(*TABLES)]
