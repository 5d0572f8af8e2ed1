"""The programs that the documentation has for both sides of a credential are handed out, and nothing else is."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client


@pytest.mark.parametrize("name", ["holder", "gateway"])
def test_the_programs_to_begin_with_can_be_fetched(client: Client, name: str) -> None:
    response = client.get(f"/credentials/examples/example_{name}.py")
    assert response.content == (settings.BASE_DIR / "docs" / f"example_{name}.py").read_bytes()
    assert response.headers["Content-Disposition"] == f'attachment; filename="example_{name}.py"'


@pytest.mark.parametrize("name", ["example_settings.py", "architecture.md", "example_..%2Fportal%2Fsettings.py"])
def test_no_other_file_is_handed_out(client: Client, name: str) -> None:
    assert client.get(f"/credentials/examples/{name}").status_code == 404
