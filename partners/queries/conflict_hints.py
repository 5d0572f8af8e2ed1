"""What several people had to do with the institution of a case. Three queries, however many people and cases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from partners.models import Application, Revision
from partners.queries.answers import latest_revision
from partners.queries.screening.cases import subjects_of
from partners.rules.conflict_hints import Applicant, Hint, Party, domain_of, hints
from portal.accounts.models import User

_DEALINGS = """
WITH others AS (
    SELECT id FROM partners_application WHERE institution_id = %(institution)s AND id <> %(case)s
)
SELECT CASE WHEN state = 'active' THEN 'member' ELSE 'former_member' END, user_id
    FROM accounts_membership WHERE organisation_id = %(institution)s AND user_id = ANY(%(people)s)
UNION ALL SELECT 'named', u.id FROM partners_person p
    JOIN accounts_user u ON u.id = p.user_id OR lower(u.email) = lower(p.email)
    WHERE p.institution_id = %(institution)s AND u.id = ANY(%(people)s)
UNION ALL SELECT 'author', a.by FROM (
    SELECT saved_by_id AS by, application_id FROM partners_answer
    UNION SELECT started_by_id, id FROM partners_application
    UNION SELECT submitted_by_id, id FROM partners_application
) a JOIN others ON others.id = a.application_id WHERE a.by = ANY(%(people)s)
UNION ALL SELECT 'referee', u.id FROM partners_referee r
    JOIN partners_application p ON p.id = r.application_id
    JOIN accounts_user u ON lower(u.email) = lower(r.email)
    WHERE p.institution_id = %(institution)s AND u.id = ANY(%(people)s)
UNION ALL SELECT 'conflicted', c.by_id FROM partners_conflictdeclaration c JOIN others ON others.id = c.application_id
    WHERE c.conflict AND c.by_id = ANY(%(people)s)
UNION ALL SELECT 'officer', x.by FROM others JOIN partners_application p ON p.id = others.id
    CROSS JOIN LATERAL (VALUES (p.screened_by_id), (p.sent_by_id)) AS x(by) WHERE x.by = ANY(%(people)s)
UNION ALL SELECT 'assessor', s.by_id FROM partners_sectionassessment s JOIN others ON others.id = s.application_id
    WHERE s.by_id = ANY(%(people)s)
UNION ALL SELECT 'signatory', s.by_id FROM partners_signature s JOIN others ON others.id = s.application_id
    WHERE s.by_id = ANY(%(people)s)
UNION ALL SELECT 'body:' || o.name, m.user_id FROM accounts_membership m
    JOIN accounts_organisation o ON o.id = m.organisation_id
    WHERE m.user_id = ANY(%(people)s) AND m.state = 'active' AND o.id <> %(institution)s
UNION ALL SELECT 'domain:' || lower(split_part(u.email, '@', 2)), NULL FROM accounts_membership m
    JOIN accounts_user u ON u.id = m.user_id
    WHERE m.organisation_id = %(institution)s AND m.state = 'active' AND NOT u.id = ANY(%(people)s) GROUP BY 1
"""


def hints_for(
    application: Application, people: Sequence[User], revision: Revision | None = None
) -> dict[UUID, tuple[Hint, ...]]:
    """Hints about each of the people, for those about whom there are any. Two queries, one more without `revision`."""
    if not people:
        return {}
    revision = revision or latest_revision(application)
    dealings, bodies, domains = _dealings(application, [person.pk for person in people])
    if revision is not None and isinstance(domain := revision.answers.get("domain"), str):
        domains.add(domain.lower())
    subjects = subjects_of(application, revision) if revision else ()
    applicant = Applicant(frozenset(domains), subjects)
    found = {
        person.pk: hints(Party(person.name, person.email, tuple(bodies[person.pk]), dealings[person.pk]), applicant)
        for person in people
    }
    return {pk: about for pk, about in found.items() if about}


def _dealings(
    application: Application, ids: list[UUID]
) -> tuple[dict[UUID, Counter[str]], dict[UUID, list[str]], set[str]]:
    """Person → what they had to do with the institution, person → bodies, and the domains of its members' addresses."""
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    bodies: dict[UUID, list[str]] = defaultdict(list)
    domains: set[str] = set()
    values = {"institution": application.institution_id, "case": application.pk, "people": ids}
    with connection.cursor() as cursor:
        cursor.execute(_DEALINGS, values)
        for part, person in cursor.fetchall():
            if person is not None and part.startswith("body:"):
                bodies[person].append(part.removeprefix("body:"))
            elif person is not None:
                found[person][part] += 1
            elif domain := domain_of(f"@{part.removeprefix('domain:')}"):
                domains.add(domain)
    return found, bodies, domains
