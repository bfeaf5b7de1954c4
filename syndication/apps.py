from django.apps import AppConfig


class SyndicationConfig(AppConfig):
    name = "syndication"

    def ready(self) -> None:
        from foundation.archive.registry import derived_models, export_models
        from foundation.core.permissions import declare_permissions
        from syndication import consumers, fsck, models, tasks  # noqa: F401  register themselves

        export_models(models.ChannelProfile, models.Listing, models.PublishedRevision, models.FirstLive)
        export_models(models.FeedCursor, models.Feed, models.FeedMessage, models.RemoteCopy, models.Rejection)
        derived_models("a secret of this instance, given anew after an import", models.ChannelCredential)
        declare_permissions(
            "Listings",
            {
                "syndication.view": "See listings, feeds and rejections",
                "syndication.publish": "Publish listings, send feeds, set a channel's rules",
            },
        )
