"""What the programme owes today: announcements, auditors, samples, follow-ups, and plans without a partner."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet

from audits.models import AUDIT_PERMISSION, Audit, AuditUserObjectPermission, Finding, SampleDraw
from audits.notices.programme import NOBODY
from audits.queries.planning import AUDITED
from partners.models import Qualification
from portal.core import clock
from portal.notifications.models import Notice
from portal.rulebook.schema import Rulebook

PREPARE_DAYS = 42
"""So long before an audit somebody ought to be assigned."""


def with_auditor() -> Exists:
    """Whether anybody is assigned to the audit."""
    rows = AuditUserObjectPermission.objects.filter(content_object=OuterRef("pk"))
    return Exists(rows.filter(permission__codename=AUDIT_PERMISSION))


def _qualified() -> Exists:
    """Whether the institution is qualified today, whether or not the sweep that ends qualifications has run."""
    rows = Qualification.objects.filter(state__in=AUDITED, valid_until__gte=clock.today())
    return Exists(rows.filter(institution=OuterRef("institution")))


def to_announce() -> QuerySet[Audit]:
    """Planned audits whose announcement is due, and that have an auditor."""
    rows: QuerySet[Audit] = Audit.objects.filter(with_auditor(), state="planned", announced=True)
    return rows.filter(announce_on__lte=clock.today())


def without_auditor() -> QuerySet[Audit]:
    """Planned audits that come near without anybody's being assigned, and of which no officer was told yet."""
    told = Exists(Notice.objects.filter(about=OuterRef("pk"), kind=NOBODY.slug))
    near = clock.today() + timedelta(days=PREPARE_DAYS)
    rows: QuerySet[Audit] = Audit.objects.filter(~with_auditor(), ~told, state="planned", planned_for__lte=near)
    return rows


def to_draw() -> QuerySet[Audit]:
    """Audits the time of whose draw has come."""
    drawn = Exists(SampleDraw.objects.filter(audit=OuterRef("pk")))
    rows: QuerySet[Audit] = Audit.objects.filter(~drawn, state__in=("planned", "notified"))
    return rows.filter(draw_at__lte=clock.now())


def to_follow_up(rules: Rulebook) -> QuerySet[Audit]:
    """Closed audits of qualified partners with findings that the rulebook wants looked at again, and no follow-up."""
    rule = rules.audits.follow_up
    if rule is None:
        return Audit.objects.none()
    serious = Exists(Finding.objects.filter(audit=OuterRef("pk"), severity__in=rule.severities))
    followed = Exists(Audit.objects.filter(follows=OuterRef("pk")))
    rows: QuerySet[Audit] = Audit.objects.filter(serious, ~followed, _qualified(), state="closed")
    return rows.exclude(kind=Audit.Kind.FOLLOW_UP)


def last_remedy(audit: Audit, rules: Rulebook) -> Finding:
    """The finding of those severities that is to be put right last."""
    assert rules.audits.follow_up is not None
    rows = Finding.objects.filter(audit=audit, severity__in=rules.audits.follow_up.severities)
    latest = rows.aggregate(latest=Max("remedy_due"))["latest"]
    found: Finding | None = rows.filter(remedy_due=latest).order_by("pk").first()
    assert found is not None
    return found


def without_partner() -> QuerySet[Audit]:
    """Planned audits by the programme of institutions that are not qualified any more."""
    rows: QuerySet[Audit] = Audit.objects.filter(~_qualified(), state="planned")
    return rows.exclude(kind=Audit.Kind.CAUSE)
