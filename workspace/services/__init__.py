"""The pages write one thing of their own: saved views."""

from workspace.services.saved_views import delete_view, rename_view, restore_view, save_view, share_view

__all__ = ["delete_view", "rename_view", "restore_view", "save_view", "share_view"]
