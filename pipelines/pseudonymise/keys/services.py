"""Key services that hold the key which opens a ring: AWS KMS, and Vault or OpenBao Transit.

The service encrypts the ring key and never sees a secret of the ring. When it is down, slow or
says no, nothing is opened: there is no second way in.
"""

import base64
import datetime as dt
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from pipelines.core.errors import BadKey
from pipelines.pseudonymise.keys.aws_signature import AwsCall, signed_headers

AWS_KMS, VAULT = "aws-kms", "vault-transit"
CONTEXT = {"widebridge": "key-ring"}
SECONDS = 10
LARGEST = 1 << 16


def lock_with_service(
    kind: str, key: str, ring_key: bytes, environ: Mapping[str, str]
) -> dict[str, Any]:
    """How the ring is opened from now on: by that key of that service."""
    plain = base64.b64encode(ring_key).decode()
    if kind == AWS_KMS:
        wrapped = _ask_aws("Encrypt", key, {"Plaintext": plain}, environ)["CiphertextBlob"]
    else:
        wrapped = _ask_vault("encrypt", key, {"plaintext": plain}, environ)["ciphertext"]
    return {"kind": kind, "key": key, "wrapped": str(wrapped)}


def unlock_with_service(unlock: Mapping[str, Any], environ: Mapping[str, str]) -> bytes:
    """The ring key. Raises `BadKey` when the service does not give it."""
    key, wrapped = unlock["key"], unlock["wrapped"]
    if unlock["kind"] == AWS_KMS:
        plain = _ask_aws("Decrypt", key, {"CiphertextBlob": wrapped}, environ)["Plaintext"]
    else:
        plain = _ask_vault("decrypt", key, {"ciphertext": wrapped}, environ)["plaintext"]
    return base64.b64decode(str(plain))


def _ask_aws(
    action: str, key: str, content: Mapping[str, str], environ: Mapping[str, str]
) -> Mapping[str, Any]:
    """One call of AWS KMS, with credentials and region from AWS's own variables."""
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
    if not region or not environ.get("AWS_ACCESS_KEY_ID"):
        raise BadKey(
            "key-service-address",
            "AWS_REGION or AWS_ACCESS_KEY_ID is not set.",
            "Give both, with AWS_SECRET_ACCESS_KEY, to the process that runs widebridge.",
        )
    given = environ.get("AWS_ENDPOINT_URL_KMS") or f"https://kms.{region}.amazonaws.com"
    address = _checked_address(given, "AWS_ENDPOINT_URL_KMS")
    body = json.dumps({"KeyId": key, "EncryptionContext": CONTEXT, **content}).encode()
    call = AwsCall(
        region=region,
        service="kms",
        target=f"TrentService.{action}",
        host=urllib.parse.urlsplit(address).netloc,
        body=body,
    )
    headers = signed_headers(call, environ, dt.datetime.now(dt.UTC))
    return _answer("AWS KMS", address, body, headers)


def _ask_vault(
    action: str, key: str, content: Mapping[str, str], environ: Mapping[str, str]
) -> Mapping[str, Any]:
    """One call of the Transit engine. `key` is the key's name, or `mount/name`."""
    mount, _, name = key.rpartition("/")
    base = _checked_address(environ.get("VAULT_ADDR", ""), "VAULT_ADDR")
    place = urllib.parse.quote(f"v1/{mount or 'transit'}/{action}/{name}")
    headers = {"X-Vault-Token": environ.get("VAULT_TOKEN", ""), "X-Vault-Request": "true"}
    answer = _answer("Vault", base + place, json.dumps(content).encode(), headers)
    data = answer.get("data")
    if not isinstance(data, dict):
        raise _unavailable("Vault", "an answer that is none")
    return data


def _answer(
    service: str, address: str, body: bytes, headers: Mapping[str, str]
) -> Mapping[str, Any]:
    # The scheme was checked in _checked_address.
    request = urllib.request.Request(address, body, dict(headers), method="POST")  # noqa: S310 (so)
    problem = "an answer that is none"
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as stream:
            answer = json.loads(stream.read(LARGEST))
        if isinstance(answer, dict):
            return answer
    except urllib.error.HTTPError as refusal:
        problem = f"status {refusal.code}"
        refusal.close()
    except (OSError, ValueError) as fault:
        problem = type(fault).__name__
    raise _unavailable(service, problem)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the credentials elsewhere."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow none."""
        return


def _checked_address(address: str, variable: str) -> str:
    parts = urllib.parse.urlsplit(address)
    here = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme == "https" or (parts.scheme == "http" and here):
        return address.rstrip("/") + "/"
    raise BadKey(
        "key-service-address",
        f"{variable} is not set, or is not an https address.",
        "Set it to the address of the key service, beginning with https://.",
    )


def _unavailable(service: str, problem: str) -> BadKey:
    return BadKey(
        "key-service",
        f"{service} did not open the key ring ({problem}).",
        "Check that it is reachable and that this machine may use the key. Nothing was opened.",
    )
