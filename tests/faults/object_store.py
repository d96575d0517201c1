"""A real object store on this machine: SeaweedFS, in an environment of its own, for one test."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.side_environment import python_of

BUCKET, KEY, SECRET = "out", "a-key-of-the-tests", "a-secret-of-the-tests"
PATIENCE = 120
"""Seconds until the store must answer; it takes three on a machine that is not busy."""


@contextmanager
def object_store(folder: Path) -> Iterator[Mapping[str, str]]:
    """A running store with one bucket; gives what the environment must say to reach it."""
    weed = str(python_of("seaweedfs").with_name("weed"))
    folder.mkdir(parents=True)
    (folder / "s3.json").write_text(json.dumps(_identities()))
    master, master_grpc, volume, filer, s3 = _free_ports(5)
    address = f"http://127.0.0.1:{s3}"
    command = [
        weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", f"-master.port.grpc={master_grpc}",
        f"-volume.port={volume}", f"-volume.port.grpc={_free_ports(1)[0]}",
        "-filer", f"-filer.port={filer}", f"-filer.port.grpc={_free_ports(1)[0]}",
        "-s3", f"-s3.port={s3}", f"-s3.port.grpc={_free_ports(1)[0]}",
        "-s3.port.iceberg=0", "-s3.port.lance=0",
        f"-s3.config={folder / 's3.json'}", "-volume.max=8", "-master.volumeSizeLimitMB=64",
    ]  # fmt: skip
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        command, cwd=folder, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        _wait_for(address, server)
        _make_bucket(weed, f"127.0.0.1:{master}.{master_grpc}")
        yield {
            "AWS_ENDPOINT": address, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "eu-west-2",
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
        }  # fmt: skip
    finally:
        # It may take its time over SIGTERM: end its own process group.
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _identities() -> dict[str, object]:
    credentials = [{"accessKey": KEY, "secretKey": SECRET}]
    actions = ["Admin", "Read", "Write", "List"]
    return {"identities": [{"name": "tests", "credentials": credentials, "actions": actions}]}


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 (our own server)
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    message = "the object store did not start"
    raise RuntimeError(message)


def _make_bucket(weed: str, master: str) -> None:
    subprocess.run(
        [weed, "shell", f"-master={master}"], input=f"s3.bucket.create -name {BUCKET}\n",
        text=True, capture_output=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
