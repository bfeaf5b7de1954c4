"""Identity providers as processes of their own, by Node from its wheel; and a browser that is sent to them."""

from __future__ import annotations

import fcntl
import json
import re
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from config import frontend

HERE = Path(__file__).parent


@contextmanager
def running(script: str, told: dict[str, Any]) -> Iterator[None]:
    """The script until the end of the block, once it has said that it is ready."""
    _install()
    node = str(frontend.node_home() / "bin" / "node")
    process = subprocess.Popen(
        [node, script, json.dumps(told)], cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        assert any("ready" in line for line in process.stdout), f"{script} did not start"
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def _install() -> None:
    """Once for all workers of a run."""
    with (Path(tempfile.gettempdir()) / "tandem-test-providers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        frontend.install(HERE)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def key_pair(name: str) -> tuple[str, str]:
    """A private key and a certificate of it, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def at_openid(address: str, subject: str) -> str:
    """Sign in at the provider as a subject, agree, and give back where it leads to."""
    with httpx.Client(follow_redirects=False) as browser:
        answer = browser.get(address)
        for _ in range(12):
            if answer.is_redirect:
                target = urljoin(str(answer.request.url), answer.headers["Location"])
                if not target.startswith("http://127.0.0.1"):
                    return target
                answer = browser.get(target)
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert form, answer.text[:2000]
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            given = {"prompt": prompt[1] if prompt else "", "login": subject, "password": "any"}
            answer = browser.post(urljoin(str(answer.request.url), unescape(form[1])), data=given)
    raise AssertionError("the provider leads nowhere")


def at_saml(address: str, subject: str, fault: str = "") -> str:
    """The response that the provider would have the browser post."""
    answer = httpx.get(address, params=httpx.URL(address).params.merge({"subject": subject, "fault": fault}))
    found = re.search(r'name="SAMLResponse"\s+value="([^"]+)"', answer.text)
    assert found, answer.text[:2000]
    return unescape(found[1])
