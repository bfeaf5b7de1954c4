# ruff: noqa: S608  constants
from django.db import migrations

from foundation.events.operations import mark_dirty_on_change
from foundation.history.operations import track_history

PROJECTION = "syndication.listings"

OF_PRODUCT = "SELECT p.root_id FROM changed c JOIN pim_product p ON p.id = c.product_id"
OF_FAMILY = "SELECT p.id FROM changed c JOIN pim_product p ON p.family_id = c.{key} WHERE p.parent_id IS NULL"
OF_ATTRIBUTE = (
    "SELECT DISTINCT p.id FROM changed c JOIN pim_familyattribute fa ON fa.attribute_id = c.{key} "
    "JOIN pim_product p ON p.family_id = fa.family_id WHERE p.parent_id IS NULL"
)
SHOWN = (
    "JOIN associations_binding b ON b.asset_id = {asset} AND b.status = 'active' "
    "JOIN pim_product p ON p.id = b.product_id"
)
OF_ASSET = "SELECT DISTINCT p.root_id FROM changed c " + SHOWN
OF_LICENCE = (
    "SELECT DISTINCT p.root_id FROM changed c JOIN dam_assetlicence al ON al.licence_id = c.{key} "
    + SHOWN.format(asset="al.asset_id")
)
PLACED = "JOIN pim_product p ON p.id = pl.product_id"
OF_SCOPE = (
    "SELECT DISTINCT p.root_id FROM changed c JOIN markets_scope s ON s.id = c.scope_id "
    "JOIN pim_placement pl ON pl.channel_id = s.channel_id AND pl.market_id = s.market_id " + PLACED
)
OF_MARKET = "SELECT DISTINCT p.root_id FROM changed c JOIN pim_placement pl ON pl.market_id = c.id " + PLACED
OF_PROFILE = "SELECT DISTINCT p.root_id FROM changed c JOIN pim_placement pl ON pl.channel_id = c.channel_id " + PLACED
OF_PRESET = "SELECT DISTINCT l.root_id FROM syndication_listing l WHERE EXISTS (SELECT 1 FROM changed)"

# Everything that `queries.gathering` reads, by table: what a listing depends on.
MARKS = {
    "pim_product": "SELECT c.root_id FROM changed c",
    "pim_productvalues": OF_PRODUCT,
    "pim_identifier": OF_PRODUCT,
    "pim_placement": OF_PRODUCT,
    "pim_family": OF_FAMILY.format(key="id"),
    "pim_familyaxis": OF_FAMILY.format(key="family_id"),
    "pim_familyattribute": OF_FAMILY.format(key="family_id"),
    "pim_attribute": OF_ATTRIBUTE.format(key="id"),
    "pim_option": OF_ATTRIBUTE.format(key="attribute_id"),
    "associations_binding": OF_PRODUCT,
    "dam_asset": OF_ASSET.format(asset="c.id"),
    "dam_assetversion": OF_ASSET.format(asset="c.asset_id"),
    "dam_assetlicence": OF_ASSET.format(asset="c.asset_id"),
    "dam_licence": OF_LICENCE.format(key="id"),
    "dam_licenceterm": OF_LICENCE.format(key="licence_id"),
    "dam_preset": OF_PRESET,
    "markets_scopecell": OF_SCOPE,
    "markets_market": OF_MARKET,
    "syndication_channelprofile": OF_PROFILE,
}

# A channel's row changes with each revision that it gives: only what documents depend on counts.
CHANNEL = """
CREATE FUNCTION syndication_mark_channel() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM tandem_mark_dirty('syndication.listings', ARRAY(
        SELECT DISTINCT p.root_id FROM before b JOIN after a ON a.id = b.id
          JOIN pim_placement pl ON pl.channel_id = a.id JOIN pim_product p ON p.id = pl.product_id
         WHERE (a.code, a.use, a.asks_restricted) IS DISTINCT FROM (b.code, b.use, b.asks_restricted)));
    RETURN NULL;
END $$;
CREATE TRIGGER syndication_mark_channel AFTER UPDATE ON markets_channel
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION syndication_mark_channel();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("syndication", "0001_listings"),
        ("history", "0001_revisions"),
        ("events", "0002_partitions_and_marks"),
        ("markets", "0002_history"),
        ("pim", "0002_history"),
        ("dam", "0002_history"),
        ("associations", "0002_history"),
    ]
    operations = [
        track_history("syndication_channelprofile"),
        *(mark_dirty_on_change(table, PROJECTION, subjects) for table, subjects in MARKS.items()),
        migrations.RunSQL(CHANNEL, "DROP FUNCTION syndication_mark_channel() CASCADE"),
    ]
