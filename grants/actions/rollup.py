"""Sums of reported use by the hour and by the day, made anew wherever a report came since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from grants.models.usage import UsageBucket
from portal.core.actors import Actor
from portal.workflow import as_deed

_WHAT = "provider_id, institution_id, release_id, environment_id, environment_key, use_case, data_class, line_id, scope"
_SUMS = "sum(requests), sum(tokens_in), sum(tokens_out), max(seats), sum(denied)"
_INTO = f"gateway_id, {_WHAT}, windows, requests, tokens_in, tokens_out, seats, denied"
_HOUR = f"""
DELETE FROM grants_usagehour WHERE gateway_id = %(gateway)s AND hour = %(begins)s;
INSERT INTO grants_usagehour (hour, {_INTO})
SELECT %(begins)s, gateway_id, {_WHAT}, count(*), {_SUMS} FROM grants_usagewindow
WHERE provider_id = (SELECT organisation_id FROM accounts_gateway WHERE id = %(gateway)s)
    AND gateway_id = %(gateway)s AND started_at >= %(begins)s AND started_at < %(ends)s
GROUP BY gateway_id, {_WHAT} ORDER BY {_WHAT};
INSERT INTO grants_usagebucket AS b (gateway_id, grain, begins_at, changed, rolled)
VALUES (%(gateway)s, 'day', %(day)s, 1, 0)
ON CONFLICT (gateway_id, grain, begins_at) DO UPDATE SET changed = b.changed + 1;
"""  # noqa: S608 -- made of this module's own words; values are parameters
_DAY = f"""
DELETE FROM grants_usageday WHERE gateway_id = %(gateway)s AND day = %(date)s;
INSERT INTO grants_usageday (day, {_INTO})
SELECT %(date)s, gateway_id, {_WHAT}, sum(windows), {_SUMS} FROM grants_usagehour
WHERE gateway_id = %(gateway)s AND hour >= %(begins)s AND hour < %(ends)s
GROUP BY gateway_id, {_WHAT} ORDER BY {_WHAT};
"""  # noqa: S608 -- as above


@as_deed
def roll_up(*, bucket: UsageBucket, by: Actor) -> bool:
    """Make the sums of one gateway's hour (from its windows) or day (from its hours) anew. False: it was done already.

    Twice, or on two workers at once, is once: the bucket is locked, and says up to which report it is rolled. A report
    that comes meanwhile raises it again. An hour that was rolled makes its day due.
    """
    locked = UsageBucket.objects.select_for_update().get(pk=bucket.pk)
    if locked.changed <= locked.rolled:
        return False
    begins, is_hour = locked.begins_at, locked.grain == UsageBucket.Grain.HOUR
    values: dict[str, Any] = {
        "gateway": locked.gateway_id,
        "begins": begins,
        "ends": begins + (timedelta(hours=1) if is_hour else timedelta(days=1)),
        "day": begins.replace(hour=0),
        "date": begins.date(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOUR if is_hour else _DAY, values)
    UsageBucket.objects.filter(pk=locked.pk).update(rolled=locked.changed)
    return True
