"""Rings that a key service opens: well, or not at all."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.errors import BadKey
from pipelines.core.settings import Settings
from pipelines.pseudonymise.keys import Opening, make_ring, open_key_source, ring_file, services
from pipelines.pseudonymise.keys.aws_signature import AwsCall, signed_headers
from tests.rooms.keys.conftest import DAY
from tests.rooms.keys.key_services import Service, running
from tests.rooms.keys.kms_emulator import kms_emulator

KINDS = {"aws-kms": "alias/widebridge", "vault-transit": "widebridge"}
EXAMPLE = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_REGION": "eu-west-2",
}


@pytest.fixture
def service() -> Iterator[Service]:
    with running() as started:
        yield started


def environment(service: Service) -> dict[str, str]:
    address = service.address
    return {
        **EXAMPLE,
        "AWS_ENDPOINT_URL_KMS": address,
        "VAULT_ADDR": address,
        "VAULT_TOKEN": "t-0001",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_service_opens_the_ring_that_it_closed(
    settings: Settings, ledger: FileLedger, service: Service, kind: str
) -> None:
    environ = environment(service)
    made = make_ring(settings, environ, ledger, DAY, Opening(service=(kind, KINDS[kind])))
    assert open_key_source(settings, environ).key_id == made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mood", ["denied", "down", "redirect", "nonsense", "slow"])
def test_a_key_service_that_does_not_answer_well_opens_nothing(
    settings: Settings, ledger: FileLedger, service: Service,
    monkeypatch: pytest.MonkeyPatch, kind: str, mood: str,
) -> None:  # fmt: skip
    environ = environment(service)
    make_ring(settings, environ, ledger, DAY, Opening(service=(kind, KINDS[kind])))
    monkeypatch.setattr(services, "SECONDS", 0.5)
    service.mood = mood
    with pytest.raises(BadKey, match="key-service: "):
        open_key_source(settings, environ)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_service_that_is_gone_opens_nothing(
    settings: Settings, ledger: FileLedger, kind: str
) -> None:
    with running() as service:
        environ = environment(service)
        make_ring(settings, environ, ledger, DAY, Opening(service=(kind, KINDS[kind])))
    with pytest.raises(BadKey, match="key-service"):
        open_key_source(settings, environ)


def test_a_redirect_is_not_followed_with_the_token(
    settings: Settings, ledger: FileLedger, service: Service
) -> None:
    service.mood = "redirect"
    with pytest.raises(BadKey, match="key-service"):
        make_ring(
            settings,
            environment(service),
            ledger,
            DAY,
            Opening(service=("vault-transit", "widebridge")),
        )
    assert [path for path, _, _ in service.seen] == ["/v1/transit/encrypt/widebridge"]


@pytest.mark.parametrize("address", ["", "http://vault.example:8200", "ftp://vault.example"])
def test_a_key_service_is_asked_over_https_only(
    settings: Settings, ledger: FileLedger, address: str
) -> None:
    environ = {"VAULT_ADDR": address, "VAULT_TOKEN": "t-0001"}
    with pytest.raises(BadKey, match="key-service-address"):
        make_ring(settings, environ, ledger, DAY, Opening(service=("vault-transit", "widebridge")))


def test_aws_without_a_region_is_refused(settings: Settings, ledger: FileLedger) -> None:
    with pytest.raises(BadKey, match="key-service-address"):
        make_ring(settings, {}, ledger, DAY, Opening(service=("aws-kms", "alias/widebridge")))


def test_nothing_is_written_when_the_service_says_no(
    settings: Settings, ledger: FileLedger, service: Service
) -> None:
    service.mood = "denied"
    with pytest.raises(BadKey):
        make_ring(
            settings,
            environment(service),
            ledger,
            DAY,
            Opening(service=("aws-kms", "alias/widebridge")),
        )
    assert not ring_file(settings).exists()


def test_a_call_is_signed_as_awss_own_library_signs_it() -> None:
    """botocore 1.44.5 gave this signature for the same call, key and moment."""
    call = AwsCall(
        "eu-west-2", "kms", "TrentService.Encrypt", "kms.eu-west-2.amazonaws.com",
        b'{"KeyId": "alias/widebridge"}',
    )  # fmt: skip
    headers = signed_headers(call, EXAMPLE, dt.datetime(2026, 10, 15, 12, tzinfo=dt.UTC))
    signature = "34e70c0e4ea8aaf759687a4f155062d5ba0b0c37b592e02e5fc20f43907db9c2"
    assert headers["authorization"].endswith(f"Signature={signature}")


def test_an_emulator_that_somebody_else_wrote_opens_the_ring(
    settings: Settings, ledger: FileLedger, tmp_path: Path
) -> None:
    """moto's server (Apache-2.0) keeps the key and encrypts under it."""
    with kms_emulator(tmp_path) as (address, key):
        environ = {**EXAMPLE, "AWS_ENDPOINT_URL_KMS": address}
        made = make_ring(settings, environ, ledger, DAY, Opening(service=("aws-kms", key)))
        assert open_key_source(settings, environ).key_id == made
