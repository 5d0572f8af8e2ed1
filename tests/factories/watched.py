"""Use by the hour, as gateways report it, for tests of alerts."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from grants.actions.usage import Report, Reporter, report_usage
from grants.rules.usage import Sent
from portal.accounts.models import Gateway
from portal.core import clock
from tests.factories.accounts import make_gateway
from tests.factories.grants import GrantCast

_number = itertools.count(1)


def gateway_of(made: GrantCast) -> Gateway:
    """A gateway of the provider that may report."""
    actor = make_gateway(made.release.provider, scopes=["usage"])
    return Gateway.objects.get(organisation_id=actor.body_id, name=actor.name)


def tell(made: GrantCast, gateway: Gateway, hours: Iterable[tuple[datetime, int]], **changes: Any) -> Report:
    """Report a window for each hour, now; each 20 minutes into its hour."""
    sent = []
    for hour, requests in hours:
        began = (hour + timedelta(minutes=20)).isoformat()
        said: dict[str, Any] = {
            "event_id": f"w-{next(_number)}", "partner": str(made.institution.pk), "release": made.release.key,
            "environment": made.environment.key, "use_case": "evaluation", "data_class": "synthetic", "person": "",
            "workload": "", "started": began, "ended": began, "requests": requests, "tokens_in": 0, "tokens_out": 0,
            "seats": 1, "denied": 0, "country": "",
        }  # fmt: skip
        sent.append(Sent(**{**said, **changes, "event_id": f"w-{next(_number)}"}))
    reporter = Reporter(gateway.pk, made.release.provider_id)
    report = report_usage(reporter=reporter, sent=list(enumerate(sent)), refused={})
    assert not report.problems, report.problems
    return report


def hour_of(days_ago: int, hour: int) -> datetime:
    """That hour, so many days before today (UTC)."""
    day = clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)
    return day + timedelta(hours=hour)


def office_days(count: int, until: int = 1) -> list[tuple[datetime, int]]:
    """Between 250 and 310 requests in each hour from 8 to 18, on so many days until so many days ago."""
    return [
        (hour_of(day, hour), 250 + (hour * 7 + day * 13) % 61)
        for day in range(until + count - 1, until - 1, -1)
        for hour in range(8, 18)
    ]
