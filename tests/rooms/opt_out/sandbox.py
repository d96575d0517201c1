"""NHS England's own MESH sandbox, running here behind mutual TLS, in an environment of its own.

It pins packages that would not go with ours, so it gets an environment of its own.
"""

import datetime as dt
import ipaddress
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mesh_client
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.side_environment import python_of

PASSWORD, SHARED_KEY = "password", "local-tests-only"
"""The sandbox's fixed password, and a shared key of our own: neither opens anything else."""


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox and the papers that get one in."""

    url: str
    authority: Path
    certificate: Path
    private_key: Path

    def client(self, mailbox: str) -> mesh_client.MeshClient:
        """A plain client of one mailbox."""
        return mesh_client.MeshClient(
            self.url,
            mailbox,
            PASSWORD,
            shared_key=SHARED_KEY.encode(),
            cert=(str(self.certificate), str(self.private_key)),
            verify=str(self.authority),
            check_hostname=True,
        )

    def empty(self, *mailboxes: str) -> None:
        """Take every message out of these mailboxes."""
        for mailbox in mailboxes:
            self.admin("delete", f"/messageexchange/admin/reset/{mailbox}")

    def admin(self, method: str, path: str, json: dict[str, str] | None = None) -> None:
        """A request that only the sandbox knows, not the real exchange."""
        requests.request(
            method,
            self.url + path,
            json=json,
            cert=(str(self.certificate), str(self.private_key)),
            verify=str(self.authority),
            timeout=10,
        ).raise_for_status()


@contextmanager
def running_sandbox(folder: Path) -> Iterator[Sandbox]:
    """A sandbox on loopback that refuses whoever shows no certificate of our own authority."""
    papers = make_papers(folder)
    port = _free_port()
    command = [
        str(python_of("mesh-sandbox")), "-m", "uvicorn", "mesh_sandbox.api:app",
        "--host", "127.0.0.1", "--port", str(port), "--log-level", "error",
        "--ssl-certfile", str(papers / "server.pem"), "--ssl-keyfile", str(papers / "server.key"),
        "--ssl-ca-certs", str(papers / "authority.pem"), "--ssl-cert-reqs", "2",
    ]  # fmt: skip
    environ = {
        "AUTH_MODE": "full", "STORE_MODE": "memory", "SHARED_KEY": SHARED_KEY, "PATH": os.defpath,
    }  # fmt: skip
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, cwd=folder, stdout=log, stderr=log)
        try:
            sandbox = Sandbox(
                f"https://127.0.0.1:{port}",
                papers / "authority.pem",
                papers / "client.pem",
                papers / "client.key",
            )
            _wait_until_up(sandbox, process)
            yield sandbox
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_up(sandbox: Sandbox, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the MESH sandbox ended before it was up: see sandbox.log")
        try:
            sandbox.admin("get", "/health")
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the MESH sandbox was not up within 30 seconds")


def make_papers(folder: Path) -> Path:
    """An authority, and certificates of it for a server on loopback and for a client."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("authority", authority_key, "authority", authority_key)
    _write(folder / "authority.pem", authority)
    for name in ("server", "client"):
        key = ec.generate_private_key(ec.SECP256R1())
        _write(folder / f"{name}.pem", _certificate(name, key, "authority", authority_key))
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / f"{name}.key").touch(mode=0o600)
        (folder / f"{name}.key").write_bytes(private)
    return folder


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    is_authority = name == issuer
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=is_authority, crl_sign=is_authority,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(usage, critical=True)
        .add_extension(loopback, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"widebridge tests {name}")])


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
