"""Lists of incidents and of what is due about them, at 1,000 and at 100,000 incidents, as each reader sees them.

Against the bare tables of `tests.bench.lists`; the desk's queue has none, so only its queries and growth are told. A
page far down is measured too: a cursor leads there, and it must not cost what lies before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench import Row
from tests.bench.bulk import incidents
from tests.bench.lists import QUERIES, RATIO, Case, measured, page_of, queries_of
from tests.bench.stack import database, plain_pages
from tests.bench.timing import compare

if TYPE_CHECKING:
    from portal.accounts.models import Organisation

FEW, MANY, GROWTH = 1_000, 100_000, 1.2
BARE = "/bench/known"
"""What the machine does besides is the same for both: growth is of the ratios to this."""


def run() -> list[Row]:
    """For each reader and list: growth and queries; for the portal's lists also the ratio to a bare table."""
    with database(), plain_pages():
        reach, cases = _readers()
        incidents(FEW, **reach)
        few = {case.name: _ratio(case, case.path) for case in cases}
        incidents(MANY, **reach)
        return [row for case in cases for row in _of(case, few[case.name])]


def _of(case: Case, small: float) -> list[Row]:
    growth = _ratio(case, case.path) / small
    rows = [Row(f"{case.name}: growth from {FEW:,} to {MANY:,}", f"{growth:.2f} ×", f"≤ {GROWTH} ×", growth <= GROWTH)]
    if case.path.startswith("/admin/"):
        queries = queries_of(case, case.path)
        return [*rows, Row(f"{case.name}: queries", str(queries), f"≤ {QUERIES}", queries <= QUERIES)]
    deep = _ratio(case, f"{case.path}?after={_far_down(case.path)}") / small
    rows.append(
        Row(f"{case.name}: a page far down to the first of {FEW:,}", f"{deep:.2f} ×", f"≤ {GROWTH} ×", deep <= GROWTH)
    )
    return [*rows, *measured(case, RATIO)]


def _ratio(case: Case, address: str) -> float:
    return compare(lambda: page_of(case, address), lambda: case.client.get(BARE))[0]


def _far_down(path: str) -> str:
    """A cursor at which nine tenths of the rows lie behind."""
    from audits.models import Incident, IncidentDeadline
    from portal.ui.paging import cursor_at

    if path == "/incidents/":
        rows = Incident.objects.order_by("-reported_at", "-pk")
        return cursor_at(rows[MANY * 9 // 10], "-reported_at")
    owed = IncidentDeadline.objects.filter(met_at=None).order_by("due_at", "pk")
    return cursor_at(owed[2 * MANY * 9 // 10], "due_at")


def _readers() -> tuple[dict[str, list[str]], list[Case]]:
    """Whose the incidents are, and who opens which list: each with a tenth, a quarter, a half, or all of them."""
    from tests.factories.accounts import make_member, make_organisation
    from tests.factories.grants import make_release
    from tests.factories.partners import make_institution
    from tests.factories.rulebook import founded_rulebook
    from tests.world import client_for

    founded_rulebook()
    made = [make_institution() for _ in range(10)]
    providers: list[Organisation] = [make_organisation("provider", jurisdiction="US") for _ in range(4)]
    authorities = [make_organisation("authority", jurisdiction=place) for place in ("NO", "GB")]
    officer, signatory = make_member(authorities[0], "case_officer"), make_member(authorities[0], "signatory")
    partner = client_for(made[0][1])
    staff = client_for(make_member(providers[0], "provider_staff"))
    oversight = client_for(make_member(make_organisation("oversight"), "oversight_member"))
    reach = {
        "institutions": [str(institution.pk) for institution, _applicant in made],
        "authorities": [str(body.pk) for body in authorities],
        "releases": [str(make_release(body)[0].pk) for body in providers],
        "people": [str(officer.user_id), str(signatory.user_id)],
    }
    lists, due, desk = "/incidents/", "/incidents/due/", "/admin/audits/incident/"
    readers = {"partner": partner, "provider": staff, "oversight": oversight}
    cases = [Case(f"incidents, {who}", client, lists) for who, client in readers.items()]
    cases += [Case(f"what is due, {who}", client, due) for who, client in readers.items()]
    cases.append(Case("what is due, case officer", client_for(officer), due))
    cases.append(Case("incidents, case officer’s desk", client_for(officer), desk))
    cases.append(Case("incidents, signatory’s desk", client_for(signatory), desk))
    return reach, cases
