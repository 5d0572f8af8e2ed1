"""Addresses that would break the database are refused before it is asked."""

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/rulebook/%00/", "/mailbox/?q=%00", "/account/login/?next=%00", "/admin/?q=a%00b"]
)
def test_nul_in_an_address_is_a_bad_request(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert "Trusted Partner Portal" in answer.content.decode()
