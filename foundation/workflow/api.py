"""Work items by programs: list, claim, hand over, snooze, rank, watch, comment, dismiss, and take a dismissal back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.core import moment
from foundation.core.actors import Actor
from foundation.core.errors import Invalid
from foundation.core.pages import KeysetPagination
from foundation.workflow import services
from foundation.workflow.choices import PRIORITIES
from foundation.workflow.models import Comment, WorkItem, WorkItemQuerySet

FILTERS = {"queue": "queue__code", "kind": "kind", "market": "market"}
YES_OR_NO = ("true", "false")
DUE = ("overdue", "week", "none")
PARAMETERS = [
    *(OpenApiParameter(name, str) for name in FILTERS),
    OpenApiParameter("assignee", str, description="A username, `me`, or `none`"),
    OpenApiParameter("priority", str, enum=list(PRIORITIES)),
    OpenApiParameter("due", str, enum=list(DUE)),
    OpenApiParameter("snoozed", str, enum=list(YES_OR_NO)),
    OpenApiParameter("watched", str, enum=list(YES_OR_NO), description="Whether you watch it"),
]


class WorkItemSerializer(serializers.ModelSerializer):
    queue = serializers.CharField(source="queue.code", read_only=True)
    priority = serializers.ChoiceField(choices=list(PRIORITIES), source="get_priority_display", read_only=True)
    assignee = serializers.CharField(
        source="assignee.username", default=None, allow_null=True, read_only=True, help_text="Who does it: a username"
    )

    class Meta:
        model = WorkItem
        fields = [
            "uid", "queue", "kind", "title", "subject_type", "subject", "market", "detail", "priority", "due_at",
            "assignee", "snoozed_until", "opened_at", "closed_at", "outcome",
        ]  # fmt: skip
        read_only_fields = fields


class HandOverSerializer(serializers.Serializer):
    to = serializers.CharField(help_text="The username of somebody who works on its queue and in its market")


class SnoozeSerializer(serializers.Serializer):
    until = serializers.DateTimeField(allow_null=True, help_text="Null shows it again at once")


class PrioritySerializer(serializers.Serializer):
    priority = serializers.ChoiceField(choices=list(PRIORITIES))


class DueSerializer(serializers.Serializer):
    due_at = serializers.DateTimeField(allow_null=True)


class CommentSerializer(serializers.ModelSerializer):
    author = serializers.CharField(source="author.username", default=None, allow_null=True, read_only=True)

    class Meta:
        model = Comment
        fields = ["uid", "author", "text", "at"]
        read_only_fields = ["uid", "author", "at"]


class TakeBackSerializer(serializers.Serializer):
    comment = serializers.UUIDField()


def actor_of(request: Any) -> Actor:
    """Who calls; work items come to those who work on them."""
    actor: Actor = request._request.actor
    actor.require("workflow.work")
    return actor


def filtered(rows: WorkItemQuerySet, asked: Any, actor: Actor) -> WorkItemQuerySet:
    """As the query string says; what it cannot mean is refused."""
    for name, field in FILTERS.items():
        if wanted := asked.get(name):
            rows = rows.filter(**{field: wanted})
    if who := asked.get("assignee"):
        rows = rows.filter(**_whose(who, actor))
    if word := _one_of(asked, "priority", tuple(PRIORITIES)):
        rows = rows.filter(priority=PRIORITIES[word])
    now = moment.now()
    match _one_of(asked, "due", DUE):
        case "none":
            rows = rows.filter(due_at=None)
        case "overdue":
            rows = rows.filter(due_at__lt=now)
        case "week":
            rows = rows.filter(due_at__gte=now, due_at__lt=now + timedelta(days=7))
    if snoozed := _one_of(asked, "snoozed", YES_OR_NO):
        rows = rows.asleep(now) if snoozed == "true" else rows.awake(now)
    if watched := _one_of(asked, "watched", YES_OR_NO):
        mine = {"watchers__user_id": actor.user_id or -1}
        rows = rows.filter(**mine) if watched == "true" else rows.exclude(**mine)
    return rows


def _whose(who: str, actor: Actor) -> dict[str, Any]:
    if who == "none":
        return {"assignee": None}
    return {"assignee_id": actor.user_id or -1} if who == "me" else {"assignee__username": who}


def _one_of(asked: Any, name: str, known: tuple[str, ...]) -> str:
    given = str(asked.get(name, ""))
    if given and given not in known:
        raise Invalid(f"{name} is one of {', '.join(known)}", path=name)
    return given


@extend_schema_view(list=extend_schema(parameters=PARAMETERS))
class WorkItemViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What waits for a person, oldest first. An item closes itself when its cause goes."""

    serializer_class = WorkItemSerializer
    queryset = WorkItem.objects.none()
    keyset_order = ("pk",)
    lookup_field = "uid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        actor = actor_of(self.request)
        rows = WorkItem.objects.visible_to(actor)
        if self.action == "list":
            rows = filtered(rows.unfinished(), self.request.query_params, actor)
        return rows.select_related("queue", "assignee")

    def _carry_out(self, service: Callable[..., WorkItem], **given: Any) -> Response:
        """The item as it is after a service."""
        item = service(uid=self.kwargs["uid"], actor=actor_of(self.request), **given)
        return Response(WorkItemSerializer(item).data)

    def _body(self, form: type[serializers.Serializer]) -> dict[str, Any]:
        self.get_object()  # what is not the caller's is missing, whatever is said of it
        body = form(data=self.request.data)
        body.is_valid(raise_exception=True)
        given: dict[str, Any] = body.validated_data
        return given

    @extend_schema(request=None, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, uid: Any) -> Response:
        """Close it by hand."""
        return self._carry_out(services.dismiss_work_item)

    @extend_schema(request=None, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, uid: Any) -> Response:
        """Take a dismissal back."""
        return self._carry_out(services.reopen_work_item)

    @extend_schema(request=None, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, uid: Any) -> Response:
        """You do it from now on. Of many at once one gets it; the others' 409 names who in `assignee`."""
        return self._carry_out(services.claim_work_item)

    @extend_schema(request=None, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, uid: Any) -> Response:
        """Nobody does it any more."""
        return self._carry_out(services.release_work_item)

    @extend_schema(request=HandOverSerializer, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, uid: Any) -> Response:
        """Somebody else does it."""
        return self._carry_out(services.hand_over_work_item, **self._body(HandOverSerializer))

    @extend_schema(request=SnoozeSerializer, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, uid: Any) -> Response:
        """Hide it from inboxes until a moment."""
        given = self._body(SnoozeSerializer)
        if given["until"] is None:
            return self._carry_out(services.wake_work_item)
        return self._carry_out(services.snooze_work_item, **given)

    @extend_schema(request=PrioritySerializer, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def priority(self, request: Request, uid: Any) -> Response:
        """Say how soon it wants somebody."""
        return self._carry_out(services.set_priority, **self._body(PrioritySerializer))

    @extend_schema(request=DueSerializer, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def due(self, request: Request, uid: Any) -> Response:
        """Say by when it is to be done."""
        return self._carry_out(services.set_due, **self._body(DueSerializer))

    @extend_schema(request=None, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def watch(self, request: Request, uid: Any) -> Response:
        """Keep it among what you watch."""
        return self._carry_out(services.watch_work_item)

    @extend_schema(request=None, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def unwatch(self, request: Request, uid: Any) -> Response:
        """Watch it no longer."""
        return self._carry_out(services.unwatch_work_item)

    @extend_schema(methods=["get"], parameters=[], responses=CommentSerializer(many=True))
    @extend_schema(methods=["post"], request=CommentSerializer, responses={201: CommentSerializer})
    @action(detail=True, methods=["get", "post"])
    def comments(self, request: Request, uid: Any) -> Response:
        """What people said about it, oldest first; or one thing more."""
        if request.method == "POST":
            text = self._body(CommentSerializer)["text"]
            said = services.comment_on_work_item(uid=uid, text=text, actor=actor_of(request))
            return Response(CommentSerializer(said).data, status=201)
        pages = KeysetPagination()
        rows = pages.paginate_queryset(self.get_object().comments.select_related("author"), request, view=self)
        return pages.get_paginated_response(CommentSerializer(rows, many=True).data)

    @extend_schema(request=TakeBackSerializer, responses={204: None})
    @action(detail=True, methods=["post"], url_path="take-back-comment")
    def take_back_comment(self, request: Request, uid: Any) -> Response:
        """Remove a comment of yours, within fifteen minutes."""
        services.take_back_comment(uid=uid, actor=actor_of(request), **self._body(TakeBackSerializer))
        return Response(status=204)
