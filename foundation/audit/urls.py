"""Addresses of the audit, below /api/v1/."""

from django.urls import path

from foundation.audit.api import AuditView, ChainView, ExportView, RecordView

urlpatterns = [
    path("audit", AuditView.as_view()),
    path("audit/chain", ChainView.as_view()),
    path("audit/export", ExportView.as_view()),
    path("audit/<str:position>", RecordView.as_view()),
]
