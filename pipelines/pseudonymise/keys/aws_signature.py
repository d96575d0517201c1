"""How a call of AWS is signed (Signature Version 4), so that no library of AWS is needed.

boto3 wants an older python-dateutil than the judge's library does; both cannot be installed.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class AwsCall:
    """One POST to the root of a service that speaks JSON. The body may hold a wrapped key."""

    region: str
    service: str
    target: str
    host: str
    body: bytes = field(repr=False)


def signed_headers(call: AwsCall, environ: Mapping[str, str], now: dt.datetime) -> dict[str, str]:
    """The headers of a call, with its signature under AWS_SECRET_ACCESS_KEY."""
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": call.host,
        "x-amz-date": moment,
        "x-amz-target": call.target,
    }
    if environ.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = environ["AWS_SESSION_TOKEN"]
    scope = f"{moment[:8]}/{call.region}/{call.service}/aws4_request"
    names = ";".join(sorted(headers))
    signature = hmac.new(
        _signing_key(environ.get("AWS_SECRET_ACCESS_KEY", ""), scope),
        _to_sign(call, headers, moment, scope).encode(),
        hashlib.sha256,
    ).hexdigest()
    credential = f"{environ.get('AWS_ACCESS_KEY_ID', '')}/{scope}"
    authorization = (
        f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    )
    return {**headers, "authorization": authorization}


def _to_sign(call: AwsCall, headers: Mapping[str, str], moment: str, scope: str) -> str:
    lines = [f"{name}:{headers[name]}\n" for name in sorted(headers)]
    body = hashlib.sha256(call.body).hexdigest()
    request = "\n".join(["POST", "/", "", "".join(lines), ";".join(sorted(headers)), body])
    return "\n".join([ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()])


def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
