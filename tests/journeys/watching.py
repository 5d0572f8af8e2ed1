"""After the grant: an audit with its finding, an incident, an emergency hold, and who looks on."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.journeys.person import Person, eventually


def audit_that_appears(officer: Person) -> str:
    """Wait for the audit that the scheduler plans; its address on the desk."""

    def look() -> str | None:
        officer.go("/admin/audits/audit/")
        link = officer.page.locator(":is(main, #main) table a[href*='/admin/audits/audit/'][href$='/change/']").first
        return str(link.get_attribute("href")) if link.count() else None

    found = eventually(look, seconds=180, every=1)
    officer.check_both("audits on the desk")
    return found


def _deed(person: Person, page: str, slug: str) -> None:
    person.go(page.replace("/change/", f"/{slug}/"))
    person.turn(person.page.locator(":is(main, #main) form[method=post] button.usa-button[type=submit]").first)


def prepare_audit(officer: Person, audit: str, auditor: str) -> None:
    officer.go(audit.replace("/change/", "/assign/"))
    officer.page.get_by_label("Auditor").select_option(label=auditor)
    officer.turn(officer.page.locator(":is(main, #main) form button[type=submit]").first)
    expect(officer.page).to_have_url(re.compile("/change/$"))
    if not officer.page.get_by_text("Unannounced", exact=True).count():  # the portal's lot made it one
        _deed(officer, audit, "notify")
        expect(officer.page).to_have_url(re.compile("/change/$"))
    officer.go(audit.replace("/change/", "/reschedule/"))  # to today, so that it can begin
    officer.page.get_by_label("New day").fill(datetime.now(UTC).date().isoformat())
    officer.fill("Why?", "The partner asked for an earlier day.")
    officer.turn(officer.page.locator(":is(main, #main) form[method=post] button[type=submit]").first)
    expect(officer.page).to_have_url(re.compile("/change/$"))


def begin_audit(auditor: Person, audit: str) -> None:
    _deed(auditor, audit, "begin")
    expect(auditor.page).to_have_url(re.compile("/change/$"))


def record_finding(auditor: Person, audit: str) -> str:
    """Fill one family of the checklist, record a finding; its address on the desk."""
    auditor.go(audit)
    auditor.check_both("audit in fieldwork")
    auditor.turn(auditor.page.locator(":is(main, #main) a[href*='/checklist/']").first)
    for result in auditor.page.get_by_label("Met", exact=True).all():
        auditor.tick(result)
    auditor.check_both("checklist")
    auditor.press("Save all and go on")
    auditor.see("Results recorded.")
    auditor.go(audit)
    auditor.follow("Record a finding")
    auditor.page.get_by_label("Control").select_option(index=1)
    auditor.choose("Moderate")
    auditor.fill("In a few words", "Logs are kept too short")
    auditor.fill("What was found", "The policy says 365 days; the system deletes after 90.")
    auditor.check_page("recording a finding")
    auditor.turn(auditor.page.locator(":is(main, #main) form[method=post] button[type=submit]").first)
    auditor.see("Finding recorded. The partner was told.")
    return auditor.page.url.removeprefix(auditor.base)


def propose_plan(partner: Person) -> str:
    """Answer with a plan; the partner's address of the finding."""
    partner.go("/findings/")
    partner.check_both("findings")
    partner.turn(partner.page.locator(":is(main, #main) table a[href*='/findings/']").first)
    partner.check_both("finding")
    finding = partner.page.url.removeprefix(partner.base)
    partner.go(f"{finding}plan/")
    partner.fill("How will you put it right?", "Retention is set to 365 days next week, by the head of operations.")
    partner.turn(partner.page.locator(":is(main, #main) form[method=post] button[type=submit]").first)
    expect(partner.page).to_have_url(re.compile(f"{finding}$"))
    return finding


def agree(auditor: Person, finding: str) -> None:
    _deed(auditor, finding, "agree")
    expect(auditor.page).to_have_url(re.compile("/change/$"))


def remedy(partner: Person, finding: str) -> None:
    partner.go(f"{finding}remedy/")
    partner.fill("What was done, and what shows it?", "Retention is 365 days now; see the settings of the log store.")
    partner.turn(partner.page.locator(":is(main, #main) form[method=post] button[type=submit]").first)
    expect(partner.page).to_have_url(re.compile(f"{finding}$"))


def verify(auditor: Person, finding: str) -> None:
    auditor.go(finding)
    auditor.check_both("finding on the desk")
    auditor.go(finding.replace("/change/", "/verify/"))
    auditor.fill("How did you test it, and what did you see?", "The oldest entry of the log store is a year old.")
    auditor.turn(auditor.page.locator(":is(main, #main) form[method=post] button[type=submit]").first)
    auditor.go(finding)
    auditor.see("Verified")


def report_incident(partner: Person) -> None:
    partner.go("/incidents/report/")
    partner.fill("In a few words", "A key was found in a public repository")
    partner.choose("High", within="How bad is it?")
    partner.choose("Lost or stolen credential")
    partner.fill("What happened?", "One of our keys was in a public commit for six hours.")
    partner.page.get_by_label("Which line of a grant does it concern?").select_option(index=1)
    partner.check_both("reporting an incident")
    partner.press("Report the incident")
    partner.see("Incident reported.")
    partner.check_both("incident")


def stop_access(signatory: Person) -> None:
    """Place an emergency hold on all access of the partner, from the incident."""
    page = signatory.go("/admin/audits/incident/")
    incidents = ":is(main, #main) table a[href*='/admin/audits/incident/'][href$='/change/']"
    signatory.turn(page.locator(incidents).first)
    signatory.check_both("incident on the desk")
    page.goto(page.url.replace("/change/", "/hold/"))
    signatory.choose("All access of")
    signatory.fill("Why?", "A stolen key may be in use.")
    signatory.fill("What must be true before it is lifted?", "The key is revoked, and the logs show no foreign use.")
    signatory.check_page("placing a hold")
    signatory.turn(page.locator(":is(main, #main) form[method=post] button[type=submit]").first)
    expect(page).to_have_url(re.compile("/change/$"))


def _open_hold(person: Person) -> str:
    page = person.go("/admin/grants/hold/")
    person.turn(page.locator(":is(main, #main) table a[href*='/admin/grants/hold/'][href$='/change/']").first)
    return page.url.removeprefix(person.base)


def own_hold_cannot_be_confirmed(signatory: Person) -> None:
    hold = _open_hold(signatory)
    assert signatory.status_of(hold.replace("/change/", "/confirm/")) == 403
    signatory.check_page("not one’s own hold")


def confirm_hold(signatory: Person) -> None:
    hold = _open_hold(signatory)
    signatory.check_both("hold on the desk")
    signatory.go(hold.replace("/change/", "/confirm/"))
    signatory.press("Confirm the hold")
    signatory.see("Confirmed. It stays until it is lifted.")


def look_on(overseer: Person) -> None:
    """The boards say in charts and in tables what is the case."""
    overseer.go("/oversight/")
    overseer.check_both("oversight")
    for board, word in (("scope", "Meridian"), ("incidents", "High"), ("assurance", "Audits"), ("work", "Cases")):
        page = overseer.go(f"/oversight/{board}/")
        overseer.check_both(f"oversight of {board}")
        assert page.locator(":is(main, #main) table").count() >= 2
        expect(page.locator(":is(main, #main)").get_by_text(word).first).to_be_attached()


def changes_nothing(overseer: Person, *deeds: str) -> None:
    """No page of theirs has a form that changes the scheme, and every deed's page refuses them."""
    overseer.go("/")
    for link in {str(item.get_attribute("href")) for item in overseer.page.locator("header nav a").all()}:
        overseer.go(link)
        assert not overseer.page.locator(":is(main, #main) form[method=post]:not([action*='/notices/'])").count(), link
    for deed in deeds:
        assert overseer.status_of(deed) in (403, 404), deed
        token = next((c["value"] for c in overseer.context.cookies() if "csrf" in str(c["name"])), "")
        answer = overseer.context.request.post(
            f"{overseer.base}{deed}", form={"csrfmiddlewaretoken": str(token)}, headers={"Referer": overseer.base}
        )
        assert answer.status in (403, 404), deed
