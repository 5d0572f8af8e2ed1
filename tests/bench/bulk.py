"""Many rows at once, past actions and triggers: the benches' own path, used nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper


@contextmanager
def unguarded() -> Iterator[CursorWrapper]:
    """A cursor in a transaction in which no trigger and no foreign key is checked."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def analyse() -> None:
    """Statistics for the planner, as autovacuum would have made them."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def applications(count: int, *, authority: str, reviewer: str, visible: int) -> None:
    """`count` applications under review at the authority, `visible` of them assigned to the reviewer."""
    with unguarded() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_organisation (id, state, kind, name, jurisdiction, website, created_at)
            SELECT md5('o' || n)::uuid, 'active', 'institution', 'Institute ' || n, 'NO', '', now()
            FROM generate_series(1, %(count)s) n ON CONFLICT DO NOTHING;
            INSERT INTO partners_institution (id, state, kind, lei, ror, address, language, changed_at)
            SELECT md5('o' || n)::uuid, 'active', 'research_institution', '', '', '', '', now()
            FROM generate_series(1, %(count)s) n ON CONFLICT DO NOTHING;
            INSERT INTO partners_application (id, state, reference, kind, institution_id, authority_id, rulebook,
                tier, tier_reason, answers_version, started_by_id, started_at, submitted_by_id, submitted_at,
                screened_by_id, screened_at, due_on, circumstances, handled_by,
                refusal_reasons, refusal_note)
            SELECT md5('a' || n)::uuid, 'under_review', 'A-B-' || n, 'initial', md5('o' || n)::uuid, %(authority)s,
                '1.0', 'standard', '', 1, md5('somebody else')::uuid, now() - n * interval '1 minute',
                md5('somebody else')::uuid, now() - n * interval '1 minute',
                md5('somebody else')::uuid, now() - n * interval '1 minute',
                current_date + 42 - n / 1440, '{}', '{}', '[]', ''
            FROM generate_series(1, %(count)s) n ON CONFLICT DO NOTHING;
            INSERT INTO partners_clockstretch (id, application_id, stage, holder, began_at, "limit", used, due_on,
                chased)
            SELECT md5('t' || n)::uuid, md5('a' || n)::uuid, 'assessment', 'authority', now() - n * interval '1 minute',
                30, 0, current_date + 42 - n / 1440, 0
            FROM generate_series(1, %(count)s) n ON CONFLICT DO NOTHING;
            INSERT INTO partners_applicationuserobjectpermission (content_object_id, permission_id, user_id)
            SELECT md5('a' || n * (%(count)s / %(visible)s))::uuid, p.id, %(reviewer)s
            FROM generate_series(1, %(visible)s) n, auth_permission p WHERE p.codename = 'review_application'
            ON CONFLICT DO NOTHING;
            """,
            {"count": count, "authority": authority, "reviewer": reviewer, "visible": visible},
        )
    analyse()


def qualifications(count: int) -> None:
    """A qualification in force for each of the applications that `applications(count)` made."""
    with unguarded() as cursor:
        cursor.execute(
            """
            INSERT INTO partners_qualification (id, state, reference, institution_id, application_id, rulebook, tier,
                valid_from, valid_until, reason, conditions, changed_at)
            SELECT md5('q' || n)::uuid, 'in_force', 'Q-B-' || n, md5('o' || n)::uuid, md5('a' || n)::uuid, '1.0',
                'standard', current_date - n %% 700, current_date + 30 + n %% 700, '', '', now()
            FROM generate_series(1, %(count)s) n
            """,
            {"count": count},
        )
    analyse()


def notices(count: int, *, recipient: str) -> None:
    """`count` notices of one person, one a minute; every third was read."""
    with unguarded() as cursor:
        cursor.execute(
            """
            INSERT INTO notifications_notice (id, recipient_id, kind, key, title, body, action, url, urgent,
                created_at, read_at)
            SELECT md5('n' || n)::uuid, %(recipient)s, 'bench', n, 'Report ' || n || ' is due', 'It has not come yet.',
                '', '/', false, now() - n * interval '1 minute', CASE WHEN n %% 3 = 0 THEN now() END
            FROM generate_series(1, %(count)s) n
            """,
            {"count": count, "recipient": recipient},
        )
    analyse()


def incidents(
    count: int, *, institutions: list[str], authorities: list[str], releases: list[str], people: list[str]
) -> None:
    """`count` incidents, one a minute, in turn of each institution, authority and release, in every state and marking.

    Each has three deadlines, of which one is filed, one runs and one is missed. `people`: one resolves, another closes.
    """
    with unguarded() as cursor:
        cursor.execute(
            """
            INSERT INTO audits_incident (id, state, reference, institution_id, authority_id, severity, kind, harms,
                techniques, marking, title, description, aware_at, rulebook, release_id, reported_at, triaged_at,
                contained_at, resolved_at, resolved_by_id, closed_at, closed_by_id, cause, lessons, follow_up)
            SELECT md5('i' || n)::uuid, state, 'I-B-' || n,
                (%(institutions)s::uuid[])[1 + n %% cardinality(%(institutions)s::uuid[])],
                (%(authorities)s::uuid[])[1 + n %% cardinality(%(authorities)s::uuid[])],
                (ARRAY['low', 'moderate', 'high', 'critical'])[1 + n %% 4], 'other', '{}', '{}',
                (ARRAY['clear', 'green', 'amber', 'amber_strict', 'red'])[1 + n / 3 %% 5],
                'Something went wrong, number ' || n, repeat('It happened at night. ', 20), at, '1.0',
                (%(releases)s::uuid[])[1 + n %% cardinality(%(releases)s::uuid[])], at,
                CASE WHEN state <> 'reported' THEN at END,
                CASE WHEN state IN ('contained', 'resolved', 'closed') THEN at END,
                CASE WHEN state IN ('resolved', 'closed') THEN at END,
                CASE WHEN state IN ('resolved', 'closed') THEN (%(people)s::uuid[])[1] END,
                CASE WHEN state = 'closed' THEN at END,
                CASE WHEN state = 'closed' THEN (%(people)s::uuid[])[2] END, '', '', ''
            FROM generate_series(1, %(count)s) n,
                LATERAL (SELECT now() - n * interval '1 minute' AS at,
                    (ARRAY['reported', 'triaged', 'contained', 'resolved', 'closed', 'closed', 'unfounded'])[1 + n %% 7]
                    AS state) made
            ON CONFLICT DO NOTHING;
            INSERT INTO audits_incidentdeadline (id, incident_id, rule, step, occurrence, label, recipient, duty,
                source, rulebook, starts_at, due_at, zone, met_at, met_by_id, set_aside, stage)
            SELECT md5('dl' || n || step)::uuid, md5('i' || n)::uuid, 'bench', step, 1, 'Report number ' || n,
                'authority', 'partner', 'A law', '1.0', now() - n * interval '1 minute',
                now() - n * interval '1 minute' + CASE step WHEN 'coming' THEN interval '400 days' ELSE '0' END, 'UTC',
                CASE step WHEN 'first' THEN now() END, CASE step WHEN 'first' THEN (%(people)s::uuid[])[1] END, '', 0
            FROM generate_series(1, %(count)s) n, unnest(ARRAY['first', 'late', 'coming']) step
            ON CONFLICT DO NOTHING;
            """,
            {
                "count": count,
                "institutions": institutions,
                "authorities": authorities,
                "releases": releases,
                "people": people,
            },
        )
    analyse()


def search_documents(count: int, *, clear: list[str], body: str) -> None:
    """What is searched of the applications that `applications(count)` made, and that these people declared no conflict.

    Every text has 120 words of a vocabulary of 3,000; every application has a name of two words out of 20,000.
    """
    with unguarded() as cursor:
        cursor.execute(
            """
            DROP INDEX search_vector;
            CREATE TEMPORARY TABLE bench_text ON COMMIT DROP AS SELECT t, string_agg(
                translate(substr(md5((t * 7919 + w * 104729) %% 3000 || 'w'), 1, 9), '0123456789', 'ghijklmnop'), ' '
            ) said FROM generate_series(0, 199) t, generate_series(1, 120) w GROUP BY t;
            CREATE TEMPORARY TABLE bench_name ON COMMIT DROP AS SELECT n,
                CASE WHEN n = %(count)s - 1 THEN 'Trondvik'
                ELSE translate(substr(md5(n %% 20000 || 'n'), 1, 8), '0123456789', 'aeiouybrst') END AS named
            FROM generate_series(1, %(count)s) n;
            INSERT INTO partners_searchdocument (id, application_id, kind, author_id, names, aside, body)
            SELECT md5('d' || n)::uuid, md5('a' || n)::uuid, 'name', NULL, 'A-B-' || n || ' Institute ' || named, '', ''
            FROM bench_name;
            INSERT INTO partners_searchdocument (id, application_id, kind, author_id, names, aside, body)
            SELECT md5('c' || n)::uuid, md5('a' || n)::uuid, 'case', NULL, 'A-B-' || n || ' Institute ' || named,
                'statutes.pdf', 'evaluation ' || CASE WHEN n %% 10 = 0 THEN 'sandbox ' ELSE '' END
                || CASE WHEN n %% 1000 = 0 THEN 'calibration ' ELSE '' END || said
            FROM bench_name, bench_text WHERE t = n %% 200;
            CREATE INDEX search_vector ON partners_searchdocument USING gin (vector) WITH (fastupdate = off);
            INSERT INTO partners_conflictdeclaration (id, application_id, by_id, body_id, at, conflict, detail)
            SELECT md5(person || n)::uuid, md5('a' || n)::uuid, person::uuid, %(body)s, now(), false, ''
            FROM generate_series(1, %(count)s) n, unnest(%(clear)s::text[]) person;
            """,
            {"count": count, "clear": clear, "body": body},
        )
        cursor.execute("SELECT DISTINCT substr(names, strpos(names, 'Institute ') + 10) FROM partners_searchdocument")
        found = [row[0].lower() for row in cursor.fetchall()]
    _words(["institute", *found])
    analyse()


def _words(found: list[str]) -> None:
    from partners.actions.search import learn

    learn(found)
