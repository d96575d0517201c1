"""Stand-ins for key services, over HTTP on loopback: encrypt and decrypt with real AES-GCM.

They are small, and no more than the two calls that a ring needs. The calls of AWS are also made
against moto's server where one runs (see test_services.py).
"""

import base64
import http.server
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Service(http.server.ThreadingHTTPServer):
    """One key service. `mood` says how it behaves: well, down, denied, slow, redirect, nonsense."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = secrets.token_bytes(32)
        self.mood = "well"
        self.seen: list[tuple[str, dict[str, str], bytes]] = []

    def handle_error(self, *_: object) -> None:
        """Say nothing of a caller who did not wait."""

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((self.path, headers, body))
        if self.server.mood == "slow":
            time.sleep(1.5)
        status, answer = self._answer(json.loads(body), headers)
        self.send_response(status)
        if status == 307:
            self.send_header("Location", self.server.address + "/elsewhere")
        self.end_headers()
        self.wfile.write(answer)

    def _answer(self, asked: dict[str, Any], headers: dict[str, str]) -> tuple[int, bytes]:
        moods = {"denied": (403, b"{}"), "down": (503, b""), "redirect": (307, b"")}
        moods["nonsense"] = (200, b"<html>")
        if self.server.mood in moods:
            return moods[self.server.mood]
        target = headers.get("x-amz-target", "")
        made = self._transit(asked) if not target else self._kms(target.split(".")[1], asked)
        return 200, json.dumps(made).encode()

    def _transit(self, asked: dict[str, str]) -> dict[str, Any]:
        """POST /v1/transit/encrypt/<key> and /decrypt/<key>."""
        if "/encrypt/" in self.path:
            sealed = self._encrypt(base64.b64decode(asked["plaintext"]), b"")
            return {"data": {"ciphertext": "vault:v1:" + base64.b64encode(sealed).decode()}}
        sealed = base64.b64decode(asked["ciphertext"].removeprefix("vault:v1:"))
        plain = AESGCM(self.server.key).decrypt(sealed[:12], sealed[12:], b"")
        return {"data": {"plaintext": base64.b64encode(plain).decode()}}

    def _kms(self, action: str, asked: dict[str, Any]) -> dict[str, Any]:
        """TrentService.Encrypt and .Decrypt, bound to their context."""
        context = json.dumps(asked["EncryptionContext"], sort_keys=True).encode()
        if action == "Encrypt":
            sealed = self._encrypt(base64.b64decode(asked["Plaintext"]), context)
            return {"CiphertextBlob": base64.b64encode(sealed).decode()}
        sealed = base64.b64decode(asked["CiphertextBlob"])
        plain = AESGCM(self.server.key).decrypt(sealed[:12], sealed[12:], context)
        return {"Plaintext": base64.b64encode(plain).decode()}

    def _encrypt(self, plain: bytes, context: bytes) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self.server.key).encrypt(nonce, plain, context)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[Service]:
    """A service that listens until the block ends."""
    service = Service()
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        thread.join()
        service.server_close()
