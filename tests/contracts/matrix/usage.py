"""Who may report use, and who may read what was reported."""

from __future__ import annotations

from typing import Any

from tests.contracts.matrix import machine, public, roles, row
from tests.contracts.matrix.grants import GRANT, grant_of, in_force

READS = ("applicant", "administrator", "representative", "provider_staff")
AT_DESK = ("case_officer", "reviewer", "signatory", "auditor")
REPORTS = machine(may=()).but("gateway", "gateway.stranger", gets="403")
"""These have tokens of another scope: what one of the scope `usage` may do is in tests/api/test_usage.py."""

ROWS: list[Any] = [
    row("api:usage_events", post=REPORTS, json=True),
    row("api:usage_logs", post=REPORTS, json=True),
    row("api:usage_problems", public()),
    row("api:usage_schema", public()),
    row("grants:windows", roles(*READS)),
    row("grants:alerts", roles(*READS, *AT_DESK)),
    row("grants:usage_reports", roles("provider_staff")),
    row("grants:grant_windows", GRANT, make=grant_of(in_force)),
    row("grants:grant_use", GRANT, make=grant_of(in_force)),
]
