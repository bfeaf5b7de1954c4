"""Bytes in an S3-compatible bucket, over the real protocol."""

from __future__ import annotations

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage

from config import env
from foundation.blobs.models import BlobCopy
from foundation.blobs.services import local_copy, open_blob, path_of, read_blob, store_blob, verify_blob
from foundation.core.hashing import sha256_bytes

pytestmark = pytest.mark.django_db


def test_bytes_go_out_and_come_back(bucket):
    body = b"in a bucket" * 1000
    blob = store_blob(body, media_type="text/plain")
    assert (blob.pk, blob.bytes) == (sha256_bytes(body), len(body))
    assert store_blob(body, media_type="text/plain") == blob
    assert read_blob(blob.pk) == body
    with local_copy(blob.pk) as path:
        assert path.read_bytes() == body
    assert verify_blob(blob.pk) == BlobCopy.State.GOOD


def test_damage_and_loss_are_found(bucket):
    blob = store_blob(b"to be damaged in a bucket", media_type="text/plain")
    raw = boto3.client(
        "s3", endpoint_url=bucket, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )
    raw.put_object(Bucket="tandem", Key=path_of(blob.pk), Body=b"something else")
    assert verify_blob(blob.pk) == BlobCopy.State.DAMAGED
    default_storage.delete(path_of(blob.pk))
    assert verify_blob(blob.pk) == BlobCopy.State.LOST
    with pytest.raises(FileNotFoundError):
        open_blob(blob.pk)


@pytest.mark.parametrize("url", ["ftp://host/x", "plain"])
def test_another_scheme_is_refused_by_name(url, monkeypatch):
    monkeypatch.setenv("STORAGE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="STORAGE_URL must read"):
        env.storage("STORAGE_URL", "", "x")
