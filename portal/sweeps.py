"""Every sweep of the portal: what becomes due by the passing of time is done by one of these.

A plain table without imports from the apps: `task` is the path of a task in an app's `tasks.py`.
`manage.py setup_schedule` lays it out for Celery's beat; administrators may change interval and pause there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import Text

OFTEN = timedelta(seconds=settings.SWEEP_SECONDS)
"""For what people wait for."""
HOURLY = timedelta(hours=1)
"""For what is due on a day."""


@dataclass(frozen=True)
class Sweep:
    """One sweep: the task's path, how often it runs, and what it does, as a sentence for the page of jobs."""

    task: str
    every: timedelta
    says: Text


SWEEPS: tuple[Sweep, ...] = (
    Sweep(
        "portal.notifications.tasks.deliver_due_messages",
        OFTEN,
        _("Delivers mail that the broker lost or that is to be tried again"),
    ),
    Sweep(
        "portal.notifications.tasks.purge_events",
        timedelta(days=1),
        _("Removes events of the record whose retention has ended"),
    ),
    Sweep(
        "portal.notifications.tasks.clear_old_mail",
        timedelta(days=1),
        _("Removes the text of mail sent long ago, and notices read long ago"),
    ),
    Sweep("portal.keys.tasks.make_next_keys", OFTEN, _("Makes the keys that sign next, a day before they are used")),
    Sweep("portal.keys.tasks.rotate_keys", HOURLY, _("Replaces signing keys whose time is over by the next")),
    Sweep("portal.keys.tasks.end_keys", HOURLY, _("Takes keys back with which nothing valid is signed any more")),
    Sweep("portal.accounts.tasks.lapse_invitations", HOURLY, _("Closes invitations that nobody accepted in time")),
    Sweep("partners.tasks.lapse_qualifications", HOURLY, _("Ends qualifications whose last day has passed")),
    Sweep("partners.tasks.remind_of_ends", HOURLY, _("Announces qualifications that end soon")),
    Sweep("partners.tasks.abandon_uploads", HOURLY, _("Gives up uploads that were never finished")),
    Sweep("partners.tasks.remind_of_documents", HOURLY, _("Reminds institutions of documents that end soon")),
    Sweep("partners.tasks.scan_uploads", OFTEN, _("Scans uploads that had to wait for the malware scanner")),
    Sweep(
        "partners.tasks.scan_stored_documents",
        HOURLY,
        _("Scans documents that were stored while there was no malware scanner"),
    ),
    Sweep("partners.tasks.check_uploads", OFTEN, _("Checks large files whose check was lost or broken off")),
    Sweep("partners.tasks.make_files", OFTEN, _("Makes case files whose making was lost or broken off")),
    Sweep("partners.tasks.expire_uploads", HOURLY, _("Removes large files that nobody went on with in time")),
    Sweep(
        "partners.tasks.expire_referees", HOURLY, _("Closes questions to third parties that were not answered in time")
    ),
    Sweep("partners.tasks.remind_referees", HOURLY, _("Reminds third parties in the last week of their link")),
    Sweep("partners.tasks.warn_of_people", HOURLY, _("Warns people and their institutions of checks that lapse soon")),
    Sweep("partners.tasks.chase_stages", HOURLY, _("Reminds authorities of stages of cases that end soon or are late")),
    Sweep("partners.tasks.index_renamed", HOURLY, _("Has cases found by the new name of their institution")),
    Sweep("partners.tasks.chase_answers", HOURLY, _("Reminds institutions of questions that wait for their answer")),
    Sweep("partners.tasks.load_lists", OFTEN, _("Reads lists of names whose reading was lost or broken off")),
    Sweep(
        "partners.tasks.screen_due",
        OFTEN,
        _("Compares names of cases and partners with lists, and with whom the scheme removed"),
    ),
    Sweep("grants.tasks.expire_grants", HOURLY, _("Ends grants whose last day has passed")),
    Sweep("grants.tasks.end_lines", HOURLY, _("Notes lines that end before their grant, and tells those concerned")),
    Sweep("grants.tasks.end_empty_grants", HOURLY, _("Ends grants of which no line is left")),
    Sweep("grants.tasks.announce_ends", HOURLY, _("Tells institutions in time that a grant ends")),
    Sweep("grants.tasks.lapse_holds", OFTEN, _("Lifts emergency holds that nobody confirmed in time, loudly")),
    Sweep("grants.tasks.remind_signatories", OFTEN, _("Reminds signatories of emergency holds that wait for them")),
    Sweep("grants.tasks.remind_of_consents", HOURLY, _("Reminds providers of lines that wait for their answer")),
    Sweep("grants.tasks.mark_missed_consents", HOURLY, _("Marks requests whose providers let their time pass")),
    Sweep("grants.tasks.end_withdrawn_lines", HOURLY, _("Ends lines on the day for which consent was withdrawn")),
    Sweep("grants.tasks.announce_accreditations", HOURLY, _("Tells in time that an environment's accreditation ends")),
    Sweep("grants.tasks.expire_accreditations", HOURLY, _("Ends accreditations whose last day has passed, loudly")),
    Sweep("grants.tasks.publish_status_lists", OFTEN, _("Publishes status lists that say something new")),
    Sweep("grants.tasks.correct_statuses", OFTEN, _("Has status lists tell what ended by the clock alone")),
    Sweep("grants.tasks.replace_credentials", OFTEN, _("Issues credentials anew that end before their grant")),
    Sweep(
        "grants.tasks.remind_of_attested_documents",
        HOURLY,
        _("Reminds institutions of documents behind what they attest that end soon"),
    ),
    Sweep(
        "grants.tasks.suspend_for_ended_documents",
        HOURLY,
        _("Suspends accreditations that rest on a document that has ended, loudly"),
    ),
    Sweep(
        "grants.tasks.raise_re_reviews",
        OFTEN,
        _("Has grants looked at again where a new release concerns very many"),
    ),
    Sweep("grants.tasks.lapse_re_reviews", HOURLY, _("Closes re-reviews of grants that ended, or of retired releases")),
    Sweep("grants.tasks.make_partitions", HOURLY, _("Makes room ahead for the windows of use of the next months")),
    Sweep("grants.tasks.roll_hours", timedelta(minutes=10), _("Sums reported use by the hour")),
    Sweep("grants.tasks.roll_days", HOURLY, _("Sums reported use by the day")),
    Sweep(
        "audits.tasks.import_catalogues", OFTEN, _("Reads files with catalogues whose reading was lost or broken off")
    ),
    Sweep("audits.tasks.plan_audits", HOURLY, _("Plans the next audit of every partner, anew when the risk changes")),
    Sweep("audits.tasks.plan_follow_ups", HOURLY, _("Plans audits that see whether what was found stays put right")),
    Sweep("audits.tasks.announce_audits", HOURLY, _("Announces audits in time, and asks for auditors")),
    Sweep("audits.tasks.draw_samples", HOURLY, _("Takes the day’s checkpoint of the record, and draws samples")),
    Sweep("audits.tasks.plan_obligations", HOURLY, _("Asks for the periodic reports whose period has begun")),
    Sweep("audits.tasks.remind_of_obligations", HOURLY, _("Reminds partners of reports that are due soon")),
    Sweep("audits.tasks.remind_of_evidence", HOURLY, _("Reminds partners of evidence that auditors asked for")),
    Sweep("audits.tasks.watch_use", timedelta(minutes=20), _("Judges reported use by the hour, and raises alerts")),
    Sweep(
        "audits.tasks.watch_incident_deadlines",
        OFTEN,
        _("Warns of deadlines of incidents that are near, and notes those that were missed"),
    ),
    Sweep(
        "audits.tasks.escalate_overdue", HOURLY, _("Takes the next step about findings and reports that stay overdue")
    ),
    Sweep("audits.tasks.end_measures", HOURLY, _("Ends measures of enforcement whose last day has passed")),
    Sweep("audits.tasks.end_risk_acceptances", HOURLY, _("Opens findings again whose risk was accepted until today")),
    Sweep("audits.tasks.draw_panels", OFTEN, _("Draws the panels of appeals by lot")),
    Sweep(
        "audits.tasks.watch_appeals", HOURLY, _("Ends stays in time, and reminds panels of the day of their decision")
    ),
    Sweep("portal.dashboards.tasks.keep_rollups", OFTEN, _("Takes what the record says into the dashboards’ sums")),
    Sweep(
        "portal.dashboards.tasks.renew_rollups",
        OFTEN,
        _("Makes the dashboards’ sums anew that an update counts otherwise"),
    ),
    Sweep(
        "portal.dashboards.tasks.make_monthly_reports",
        HOURLY,
        _("Makes the oversight board’s report on each month that is over, and tells its members"),
    ),
)
