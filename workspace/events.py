"""Events of the pages' only truth. They name no words: those are for whom the view is shared with."""

from foundation.events.catalogue import declare

VIEW_SAVED = declare(
    "workspace.view.saved", "A list's filters were kept under a name, or such a view changed", page="name of the list",
    is_shared="seen by others",
)  # fmt: skip
VIEW_DELETED = declare("workspace.view.deleted", "A saved view is gone", page="name of the list")
