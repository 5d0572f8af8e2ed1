"""The demonstration's page of sign-ins: for everybody in a demonstration, and not there otherwise."""

from tests.contracts.matrix import explicit, row

ROWS = [row("demo_sign_ins", explicit(everyone="ok|404"))]
