"""The one view of /scim/v2/: reads the request, has it carried out, notes it, answers in SCIM's form."""

from __future__ import annotations

import logging
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.accounts.authentication import ApiKeyAuthentication
from foundation.core.parsers import StrictJSONParser
from foundation.provisioning.api import bulk, discovery, resources
from foundation.provisioning.api.calls import Call, Reply, error_reply, refusal, written
from foundation.provisioning.errors import TooLarge
from foundation.provisioning.schemas import LARGEST_BODY, PROVIDER
from foundation.provisioning.services import note_exchange

LOG = logging.getLogger(__name__)
MEDIA_TYPE = "application/scim+json"


class ScimParser(StrictJSONParser):
    media_type = MEDIA_TYPE


class ScimRenderer(JSONRenderer):
    media_type = MEDIA_TYPE
    format = "scim"


@extend_schema(exclude=True)
class ScimView(APIView):
    """Everything below /scim/v2/. It stands outside the OpenAPI document: SCIM has documents of its own."""

    authentication_classes = [ApiKeyAuthentication]
    parser_classes = [ScimParser, StrictJSONParser]
    renderer_classes = [ScimRenderer, JSONRenderer]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with PROVIDER:
            return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, rest: str = "") -> Response:
        return self._answer(request, rest)

    def post(self, request: Request, rest: str = "") -> Response:
        return self._answer(request, rest)

    def put(self, request: Request, rest: str = "") -> Response:
        return self._answer(request, rest)

    def patch(self, request: Request, rest: str = "") -> Response:
        return self._answer(request, rest)

    def delete(self, request: Request, rest: str = "") -> Response:
        return self._answer(request, rest)

    def handle_exception(self, exc: Exception) -> Response:
        """What the framework refuses, before anything is carried out, leaves in SCIM's form too."""
        if isinstance(exc, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
            headers = {"WWW-Authenticate": self.get_authenticate_header(self.request) or "Bearer"}
            return _response(error_reply(401, str(exc.detail)), headers)
        if isinstance(exc, exceptions.Throttled):
            return _response(
                error_reply(429, str(exc.detail)), {"Retry-After": str(int(getattr(exc, "wait", None) or 1))}
            )
        if isinstance(exc, exceptions.APIException):
            code = "invalidSyntax" if isinstance(exc, exceptions.ParseError) else None
            return _response(error_reply(exc.status_code, str(exc.detail), code))
        reply = refusal(exc)
        if reply is None:
            raise exc
        return _response(reply)

    def _answer(self, request: Request, rest: str) -> Response:
        segments = tuple(part for part in rest.split("/") if part)
        key, actor = request.auth.prefix, request._request.actor  # type: ignore[attr-defined, union-attr]
        try:
            data = _data(request)
        except (exceptions.APIException, TooLarge) as error:
            note_exchange(key=key, method=str(request.method), path=f"/{rest}", status=400, error=str(error))
            raise
        call = Call(
            str(request.method), segments, actor, request.build_absolute_uri("/scim/v2"), data,
            request.query_params.dict(), request.headers.get("If-Match", ""), request.headers.get("If-None-Match", ""),
        )  # fmt: skip
        return _response(_noted(call, key))


def _data(request: Request) -> Any:
    if request.method not in {"POST", "PUT", "PATCH"}:
        return None
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise TooLarge(f"A request has at most {LARGEST_BODY:,} bytes")
    return request.data


def _noted(call: Call, key: str) -> Reply:
    """Carry it out, and note what became of it."""

    def one(inner: Call) -> Reply:
        return _noted(inner, key)

    reply = _carried_out(call, one)
    note_exchange(
        key=key, method=call.method, path=call.path, status=reply.status, subject=reply.subject,
        what=written(call.data), error=reply.error,
    )  # fmt: skip
    return reply


def _carried_out(call: Call, one: Any) -> Reply:
    try:
        call.actor.require("accounts.provision")
        return _routed(call, one)
    except Exception as error:
        reply = refusal(error)
        if reply is None:
            LOG.exception("SCIM request failed")
            return error_reply(500, "This is a fault of ours; it was logged")
        return reply


def _routed(call: Call, one: Any) -> Reply:
    first = call.segments[0].casefold() if call.segments else ""
    if first in resources.RESOURCES:
        return resources.carry_out(call, resources.RESOURCES[first])
    if call.segments == (".search",):
        return resources.search_everything(call)
    if first in discovery.ENDPOINTS:
        return discovery.carry_out(call)
    if first == "bulk" and len(call.segments) == 1:
        if call.method != "POST":
            return error_reply(405, "Bulk requests are sent by POST")
        return bulk.carry_out(call, one)
    return error_reply(404, f"There is nothing at {call.path}")


def _response(reply: Reply, headers: dict[str, str] | None = None) -> Response:
    response = Response(reply.body, status=reply.status, headers=headers or {})
    if reply.version:
        response["ETag"] = reply.version
    if reply.location and reply.status in {200, 201}:
        response["Location" if reply.status == 201 else "Content-Location"] = reply.location
    response["Cache-Control"] = "no-store" if reply.status != 304 else "private"
    return response
