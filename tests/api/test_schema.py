"""The whole OpenAPI document, asked at random by schemathesis: no error of the server, and every answer as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.wsgi import application
from tests.factories import grants as make
from tests.factories.accounts import bearer_of, make_gateway
from tests.factories.rulebook import founded_rulebook

DOCUMENT = "/api/v1/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 25


@pytest.fixture(scope="module")
def one_transaction(db: None) -> Iterator[None]:
    """Requests leave the connection open, as they do for Django's own test client: all is undone at the end."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def asker(one_transaction: None) -> dict[str, str]:
    """A gateway that may do everything, of a provider with a release."""
    founded_rulebook()
    release, _staff = make.make_release()
    return {"Authorization": bearer_of(make_gateway(release.provider), "access", "catalogue", "signals", "usage")}


@pytest.fixture(scope="module")
def document(one_transaction: None) -> Any:
    return schemathesis.openapi.from_wsgi(DOCUMENT, application)


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
def test_every_address_keeps_to_the_document(case: Any, asker: dict[str, str]) -> None:
    case.call_and_validate(headers=asker, checks=CHECKS)
