from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "foundation.archive"
    label = "archive"

    def ready(self) -> None:
        from allauth.account.models import EmailAddress, EmailConfirmation
        from allauth.mfa.models import Authenticator
        from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
        from allauth.usersessions.models import UserSession

        from foundation.accounts.models import (
            ApiKey,
            ApiKeyUse,
            Grant,
            Group,
            KeptAnswer,
            Membership,
            Provider,
            ProviderSecret,
            RoleDefinition,
            User,
            Viewing,
        )
        from foundation.approval.models import ChangeRequest
        from foundation.archive import fsck
        from foundation.archive.registry import derived_models, export_models
        from foundation.audit.models import Batch, Chain, Link
        from foundation.audit.models import Entry as AuditEntry
        from foundation.blobs.models import Blob, BlobCopy
        from foundation.bulk.models import BulkChange, BulkRow
        from foundation.events.models import Cursor, Dirty, Event, OutboxEvent, Parked, Sequence
        from foundation.history.models import Revision
        from foundation.jobs.models import Job, Timer
        from foundation.markets.models import Cell, Channel, Locale, Market, Scope, ScopeCell
        from foundation.provisioning.models import Entry, Exchange
        from foundation.taxonomy.models import (
            Category,
            CategoryMapping,
            ExternalNode,
            ExternalSchema,
            SchemaChange,
            SchemaFile,
            SchemaVersion,
            Term,
            Tree,
            Vocabulary,
        )
        from foundation.workflow.models import Comment, Queue, Watcher, WorkItem

        fsck.register()
        export_models(User, Group, Membership, RoleDefinition, Grant, ApiKey, Provider, ProviderSecret, Entry, Viewing)
        export_models(Blob, BlobCopy)
        export_models(Sequence, Event, Revision, Timer, Job)
        export_models(AuditEntry, Batch, Link)
        export_models(Locale, Market, Channel, Cell, Scope, ScopeCell)
        export_models(Tree, Category)
        export_models(ExternalSchema, SchemaVersion, SchemaFile, SchemaChange, ExternalNode, CategoryMapping)
        export_models(Vocabulary, Term)
        export_models(Queue, WorkItem, Watcher, Comment)
        export_models(ChangeRequest)
        export_models(BulkChange, BulkRow)
        derived_models("emptied by the sequencer before an export", OutboxEvent)
        export_models(Authenticator, SocialAccount)
        derived_models("traffic, not truth", ApiKeyUse, UserSession, Exchange, KeptAnswer)
        derived_models("tables of the library that the house does not use", EmailAddress, EmailConfirmation)
        derived_models("providers are rows of our own, tokens are not kept", SocialApp, SocialToken)
        derived_models("how far this instance has come", Cursor, Parked, Dirty, Chain)
