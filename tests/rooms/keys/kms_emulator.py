"""moto's server as AWS KMS, with one key, as a process of its own on loopback."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.side_environment import python_of

SECONDS = 60


@contextmanager
def kms_emulator(folder: Path) -> Iterator[tuple[str, str]]:
    """The emulator's address and the id of a key in it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        str(python_of("kms-emulator")),
        "-m",
        "moto.server",
        "-H",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            yield address, _new_key(address, process)
        finally:
            process.kill()
            process.wait()


def _new_key(address: str, process: "subprocess.Popen[bytes]") -> str:
    headers = {
        "X-Amz-Target": "TrentService.CreateKey",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-2/kms/aws4_request",
    }
    for _ in range(SECONDS * 5):
        if process.poll() is not None:
            raise RuntimeError("the emulator ended before it was up: see emulator.log")
        try:
            answer = requests.post(address, data=b"{}", headers=headers, timeout=5)
            return str(answer.json()["KeyMetadata"]["KeyId"])
        except requests.ConnectionError:
            time.sleep(0.2)
    raise RuntimeError("the emulator was not up in time")
