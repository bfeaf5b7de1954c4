"""Agreed words: vocabularies, their terms, and which term a word means."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.taxonomy.api.requests import actor_of, read_body, read_version
from foundation.taxonomy.api.trees import IF_MATCH
from foundation.taxonomy.models import Term, Vocabulary
from foundation.taxonomy.queries import get_term, get_vocabulary, resolve_word, terms_holding
from foundation.taxonomy.services import (
    change_term,
    create_term,
    create_vocabulary,
    delete_term,
    delete_vocabulary,
    rename_vocabulary,
)
from foundation.taxonomy.services.categories import KEPT


class LabelsField(serializers.DictField):
    child = serializers.CharField()


class SynonymsField(serializers.DictField):
    child = serializers.ListField(child=serializers.CharField())


class VocabularySerializer(serializers.Serializer):
    code = serializers.CharField()
    labels = LabelsField(help_text="Locale to text")
    version = serializers.IntegerField(read_only=True)


class VocabularyChangeSerializer(serializers.Serializer):
    labels = LabelsField()


class VocabularyTermSerializer(serializers.Serializer):
    code = serializers.CharField()
    labels = LabelsField(help_text="Locale to text")
    synonyms = SynonymsField(help_text="Locale to words")
    broader = serializers.CharField(source="broader.code", allow_null=True, default=None)
    is_retired = serializers.BooleanField()
    version = serializers.IntegerField(read_only=True)


class NewVocabularyTermSerializer(serializers.Serializer):
    code = serializers.CharField()
    labels = LabelsField()
    synonyms = SynonymsField(required=False)
    broader = serializers.CharField(required=False, allow_null=True)


class VocabularyTermChangeSerializer(serializers.Serializer):
    """Fields that are not named stay."""

    labels = LabelsField(required=False)
    synonyms = SynonymsField(required=False)
    broader = serializers.CharField(required=False, allow_null=True)
    is_retired = serializers.BooleanField(required=False)


class VocabularyListView(generics.ListAPIView):
    serializer_class = VocabularySerializer
    queryset = Vocabulary.objects.none()
    keyset_order = ("code",)

    def get_queryset(self) -> Any:
        return Vocabulary.objects.visible_to(actor_of(self.request))

    def get(self, request: Request) -> Response:
        """All vocabularies."""
        return self.list(request)

    @extend_schema(request=VocabularySerializer, responses={201: VocabularySerializer})
    def post(self, request: Request) -> Response:
        """Make a vocabulary."""
        made = create_vocabulary(**read_body(VocabularySerializer, request), actor=actor_of(request))
        return _told(VocabularySerializer, made, status=201)


class VocabularyView(APIView):
    @extend_schema(responses=VocabularySerializer)
    def get(self, request: Request, code: str) -> Response:
        """One vocabulary. The ETag is its version, for `If-Match`."""
        return _told(VocabularySerializer, get_vocabulary(code))

    @extend_schema(parameters=[IF_MATCH], request=VocabularyChangeSerializer, responses=VocabularySerializer)
    def patch(self, request: Request, code: str) -> Response:
        """Call a vocabulary otherwise."""
        given = read_body(VocabularyChangeSerializer, request)
        changed = rename_vocabulary(
            get_vocabulary(code), **given, actor=actor_of(request), expected_version=read_version(request)
        )
        return _told(VocabularySerializer, changed)

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """End a vocabulary without terms."""
        delete_vocabulary(get_vocabulary(code), actor=actor_of(request), expected_version=read_version(request))
        return Response(status=204)


class TermListView(generics.ListAPIView):
    serializer_class = VocabularyTermSerializer
    queryset = Term.objects.none()
    keyset_order = ("code",)

    def get_queryset(self) -> Any:
        rows = terms_holding(get_vocabulary(self.kwargs["code"]), self.request.query_params.get("q", ""))
        return rows.visible_to(actor_of(self.request))

    @extend_schema(parameters=[OpenApiParameter("q", str, description="Parts of its code, labels or synonyms")])
    def get(self, request: Request, code: str) -> Response:
        """Terms of a vocabulary, the retired ones too."""
        return self.list(request)

    @extend_schema(request=NewVocabularyTermSerializer, responses={201: VocabularyTermSerializer})
    def post(self, request: Request, code: str) -> Response:
        """Make a term."""
        given = read_body(NewVocabularyTermSerializer, request)
        return _told(
            VocabularyTermSerializer, create_term(get_vocabulary(code), **given, actor=actor_of(request)), status=201
        )


class WordView(APIView):
    @extend_schema(
        operation_id="vocabularies_meaning", responses=VocabularyTermSerializer,
        parameters=[OpenApiParameter("word", str, required=True)],
    )  # fmt: skip
    def get(self, request: Request, code: str) -> Response:
        """The term that a word means, by its code, a label or a synonym. 409 where it means several."""
        return _told(VocabularyTermSerializer, resolve_word(get_vocabulary(code), request.query_params.get("word", "")))


class TermView(APIView):
    @extend_schema(responses=VocabularyTermSerializer)
    def get(self, request: Request, key: str) -> Response:
        """One term, by `vocabulary/code`. The ETag is its version, for `If-Match`."""
        return _told(VocabularyTermSerializer, _term(key))

    @extend_schema(parameters=[IF_MATCH], request=VocabularyTermChangeSerializer, responses=VocabularyTermSerializer)
    def patch(self, request: Request, key: str) -> Response:
        """Change words, the broader term, or whether it is retired, all or none; what is not named stays."""
        given = {"broader": KEPT, **read_body(VocabularyTermChangeSerializer, request)}
        changed = change_term(_term(key), **given, actor=actor_of(request), expected_version=read_version(request))
        return _told(VocabularyTermSerializer, changed)

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """End a term without narrower ones."""
        delete_term(_term(key), actor=actor_of(request), expected_version=read_version(request))
        return Response(status=204)


def _term(key: str) -> Term:
    vocabulary, _, code = key.partition("/")
    return get_term(get_vocabulary(vocabulary), code)


def _told(form: type[serializers.Serializer], row: Term | Vocabulary, status: int = 200) -> Response:
    return Response(form(row).data, status=status, headers={"ETag": f'"{row.version}"'})
