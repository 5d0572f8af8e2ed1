"""Lifecycles of institutions, applications, questions, uploads and qualifications."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict, refused


def own_institution(subject: Any, actor: Actor) -> Verdict:
    """Applicants act for their own institution only."""
    if actor.has("system") or actor.body_id == subject.institution_id:
        return ALLOWED
    return refused(_("This belongs to another institution."), code="other_body", rule="partners.own_institution")


def own_authority(subject: Any, actor: Actor) -> Verdict:
    """Case officers run the cases of their own authority only."""
    if actor.body_id == subject.authority_id:
        return ALLOWED
    return refused(
        _("Only a case officer of the authority that runs this case may do this."),
        code="other_body",
        rule="partners.own_authority",
    )


INSTITUTION = StateTable(
    noun="institution",
    title="Institution",
    states=(State("described", _("Described"), "What kind of institution it is and how it is identified is known."),),
    moves=(
        Move(
            "describe",
            (),
            "described",
            roles("applicant", "administrator", "system"),
            _("Describe the institution"),
            _("Institution described"),
            own_institution,
        ),
        Move(
            "amend",
            ("described",),
            None,
            roles("applicant", "administrator", "system"),
            _("Change details"),
            _("Details of the institution changed"),
            own_institution,
        ),
    ),
)

IN_HAND = ("submitted", "under_review", "awaiting_applicant", "awaiting_signatures")
"""States in which an authority has the case."""

APPLICATION = StateTable(
    noun="application",
    title="Application",
    states=(
        State("draft", _("Draft"), "The institution is filling it in. Nobody else can read it."),
        State("submitted", _("Submitted"), "Waits for a case officer to screen it. Answers are locked."),
        State("under_review", _("Under review"), "Reviewers assess it, section by section."),
        State("awaiting_applicant", _("Waiting for the applicant"), "A question is open; its section can be changed."),
        State("awaiting_signatures", _("Waiting for signatures"), "Signatories read it, and sign or refuse."),
        State("approved", _("Approved"), "The quorum signed. A qualification came from it.", final=True),
        State("declined", _("Declined"), "A signatory refused, with reasons that can be appealed.", final=True),
        State("withdrawn", _("Withdrawn"), "The institution took it back.", final=True),
    ),
    moves=(
        Move("begin", (), "draft", roles("applicant"), _("Start"), _("Application started"), own_institution),
        Move(
            "save_answers",
            ("draft", "awaiting_applicant", "awaiting_signatures"),
            None,
            roles("applicant"),
            _("Save answers"),
            _("Answers saved"),
            own_institution,
        ),
        Move(
            "follow_rules",
            ("draft",),
            None,
            roles("applicant"),
            _("Go on under the rules in force"),
            _("Draft moved to the rules in force"),
            own_institution,
        ),
        Move(
            "submit",
            ("draft",),
            "submitted",
            roles("applicant"),
            _("Send to the authority"),
            _("Application submitted"),
            own_institution,
        ),
        Move(
            "screen",
            ("submitted",),
            "under_review",
            roles("case_officer"),
            _("Screen and set the tier"),
            _("Screened; tier set"),
            own_authority,
        ),
        Move(
            "set_tier",
            ("under_review",),
            None,
            roles("case_officer"),
            _("Change the tier"),
            _("Tier changed"),
            own_authority,
        ),
        Move(
            "assign",
            ("submitted", "under_review", "awaiting_applicant"),
            None,
            roles("case_officer"),
            _("Assign a reviewer"),
            _("Reviewer assigned"),
            own_authority,
        ),
        Move(
            "unassign",
            ("submitted", "under_review", "awaiting_applicant"),
            None,
            roles("case_officer"),
            _("Take a reviewer off the case"),
            _("Reviewer taken off the case"),
            own_authority,
        ),
        Move(
            "ask_outside",
            ("submitted", "under_review", "awaiting_applicant"),
            None,
            roles("case_officer"),
            _("Ask an independent assessor"),
            _("Independent assessor asked"),
            own_authority,
        ),
        Move(
            "declare",
            (*IN_HAND, "approved", "declined", "withdrawn"),
            None,
            roles("case_officer", "reviewer", "signatory"),
            _("Declare whether you have a conflict of interest"),
            _("Conflict of interest declared"),
        ),
        Move(
            "assess",
            ("under_review", "awaiting_applicant"),
            None,
            roles("reviewer"),
            _("Assess a section"),
            _("Section assessed"),
        ),
        Move(
            "ask",
            ("under_review", "awaiting_applicant"),
            "awaiting_applicant",
            roles("reviewer", "case_officer"),
            _("Ask the institution"),
            _("Question asked"),
        ),
        Move(
            "ask_before_signing",
            ("awaiting_signatures",),
            None,
            roles("signatory"),
            _("Ask before signing"),
            _("Question asked before signing"),
        ),
        Move(
            "answer",
            ("awaiting_applicant", "awaiting_signatures"),
            "under_review",
            roles("applicant"),
            _("Send the answer"),
            _("Question answered; back to the authority"),
            own_institution,
        ),
        Move(
            "answer_one",
            ("awaiting_applicant", "awaiting_signatures"),
            None,
            roles("applicant"),
            _("Send the answer"),
            _("Question answered"),
            own_institution,
        ),
        Move(
            "resume",
            ("awaiting_applicant",),
            "under_review",
            roles("reviewer", "case_officer"),
            _("Go on without an answer"),
            _("Question withdrawn; review goes on"),
        ),
        Move(
            "recommend",
            ("under_review",),
            None,
            roles("reviewer"),
            _("Recommend"),
            _("Recommendation filed"),
        ),
        Move(
            "send_to_signatories",
            ("under_review",),
            "awaiting_signatures",
            roles("case_officer"),
            _("Send to the signatories"),
            _("Sent to the signatories"),
            own_authority,
        ),
        Move(
            "return_to_review",
            ("awaiting_signatures",),
            "under_review",
            roles("case_officer"),
            _("Take back for review"),
            _("Taken back for review; signatures voided"),
            own_authority,
        ),
        Move("sign", ("awaiting_signatures",), None, roles("signatory"), _("Sign"), _("Signed")),
        Move(
            "approve",
            ("awaiting_signatures",),
            "approved",
            roles("signatory"),
            _("Sign"),
            _("Quorum met: approved"),
        ),
        Move(
            "refuse",
            ("awaiting_signatures",),
            "declined",
            roles("signatory"),
            _("Refuse"),
            _("Refused by a signatory: declined"),
        ),
        Move(
            "withdraw",
            ("draft", *IN_HAND),
            "withdrawn",
            roles("applicant"),
            _("Withdraw the application"),
            _("Application withdrawn"),
            own_institution,
        ),
    ),
)

QUERY = StateTable(
    noun="query",
    title="Question",
    states=(
        State("open", _("Waiting for an answer"), "The section concerned is open for changes; nobody can sign."),
        State("answered", _("Answered"), "The institution has answered; the asker has not closed it yet."),
        State("closed", _("Closed"), "The answer was read.", final=True),
        State("withdrawn", _("Withdrawn"), "Taken back by the authority, or the application was.", final=True),
    ),
    moves=(
        Move("ask", (), "open", roles("reviewer", "case_officer", "signatory"), _("Ask"), _("Question asked")),
        Move("answer", ("open",), "answered", roles("applicant"), _("Answer"), _("Question answered"), own_institution),
        Move(
            "close",
            ("answered",),
            "closed",
            roles("reviewer", "case_officer", "signatory"),
            _("Close the question"),
            _("Answer read; question closed"),
        ),
        Move(
            "withdraw",
            ("open",),
            "withdrawn",
            roles("reviewer", "case_officer", "signatory", "applicant"),
            _("Withdraw the question"),
            _("Question withdrawn"),
        ),
    ),
)

ASKED_OF = "referee"
"""Who holds a link and the code from its mailbox; nobody's account has this role."""


def asker(subject: Any, actor: Actor) -> Verdict:
    """The institution asks referees, the authority that runs the case asks assessors; each looks after its own."""
    if actor.has("system") or actor.body_id == subject.asked_body_id:
        return ALLOWED
    return refused(_("Only the body that asked this person may do that."), code="other_body", rule="partners.asker")


REFEREE = StateTable(
    noun="referee",
    title="Third party",
    states=(
        State("asked", _("Asked"), "Holds a link that works once, for a time."),
        State("answered", _("Answered"), "The authority has the answer; the institution does not see it.", final=True),
        State("declined", _("Will not answer"), "The person does not want to or cannot answer.", final=True),
        State("expired", _("No answer in time"), "The link's time ran out. The person can be asked anew.", final=True),
        State("withdrawn", _("Withdrawn"), "Whoever asked took the question back; the link is dead.", final=True),
    ),
    moves=(
        Move(
            "ask",
            (),
            "asked",
            roles("applicant", "case_officer"),
            _("Ask somebody outside"),
            _("Third party asked"),
            asker,
        ),
        Move(
            "resend",
            ("asked",),
            None,
            roles("applicant", "case_officer", "system"),
            _("Send a new link"),
            _("New link sent to a third party"),
            asker,
        ),
        Move("answer", ("asked",), "answered", roles(ASKED_OF), _("Send the answer"), _("Third party answered")),
        Move("decline", ("asked",), "declined", roles(ASKED_OF), _("I can’t answer"), _("Third party will not answer")),
        Move(
            "withdraw",
            ("asked",),
            "withdrawn",
            roles("applicant", "case_officer"),
            _("Take back"),
            _("Question to a third party taken back"),
            asker,
        ),
        Move("expire", ("asked",), "expired", roles("system"), _("Expire"), _("Third party did not answer in time")),
    ),
)

UPLOADERS = roles("applicant", "auditor", "case_officer", "system")
CHECKERS = roles("person", "applicant", "system")


def uploader(subject: Any, actor: Actor) -> Verdict:
    """Applicants upload for their own institution; people of an authority to what they work on."""
    return ALLOWED if actor.has("auditor", "case_officer") else own_institution(subject, actor)


UPLOAD = StateTable(
    noun="evidence",
    title="Document",
    states=(
        State("received", _("Being checked"), "Has arrived and is being checked. Nobody can open it."),
        State(
            "quarantined",
            _("Waiting for scan"),
            "Passed the other checks, but the scanner did not answer. Nobody can open it, and it answers nothing.",
        ),
        State("stored", _("Stored"), "Passed the checks. Those who may see it can download it."),
        State("refused", _("Refused"), "Did not pass the checks; only its name and the reason are kept.", final=True),
        State("abandoned", _("Abandoned"), "The upload was never finished.", final=True),
    ),
    moves=(
        Move(
            "receive",
            (),
            "received",
            UPLOADERS,
            _("Upload"),
            _("Document received"),
            uploader,
        ),
        Move(
            "quarantine",
            ("received",),
            "quarantined",
            CHECKERS,
            _("Quarantine"),
            _("Document waits for the malware scan"),
        ),
        Move("store", ("received", "quarantined"), "stored", CHECKERS, _("Store"), _("Document stored")),
        Move("refuse", ("received", "quarantined"), "refused", CHECKERS, _("Refuse"), _("Document refused")),
        Move("abandon", ("received",), "abandoned", roles("system"), _("Abandon"), _("Upload abandoned")),
        Move(
            "describe",
            ("stored",),
            None,
            roles("applicant"),
            _("Change kind, marking or validity"),
            _("Document described anew"),
            own_institution,
        ),
        Move("remind", ("stored",), None, roles("system"), _("Remind"), _("Reminder of the end of the document")),
    ),
)

QUALIFICATION = StateTable(
    noun="qualification",
    title="Qualification",
    states=(
        State("in_force", _("In force"), "The institution is a trusted partner and may hold grants."),
        State("restricted", _("Restricted"), "In force within the limits that a decision named."),
        State("suspended", _("Suspended"), "All access has stopped until the conditions are met."),
        State("lapsed", _("Lapsed"), "Its time ran out, or a new one replaced it.", final=True),
        State("removed", _("Removed"), "Ended by a decision, until a date or for good.", final=True),
    ),
    moves=(
        Move("grant", (), "in_force", roles("signatory"), _("Qualify"), _("Qualification in force")),
        Move(
            "restrict",
            ("in_force", "suspended"),
            "restricted",
            roles("signatory", "system"),
            _("Restrict"),
            _("Qualification restricted"),
        ),
        Move(
            "suspend",
            ("in_force", "restricted"),
            "suspended",
            roles("signatory", "system"),
            _("Suspend"),
            _("Qualification suspended"),
        ),
        Move(
            "reinstate",
            ("restricted", "suspended"),
            "in_force",
            roles("signatory", "system"),
            _("Reinstate"),
            _("Qualification reinstated"),
        ),
        Move(
            "remove",
            ("in_force", "restricted", "suspended"),
            "removed",
            roles("signatory", "system"),
            _("Remove"),
            _("Qualification removed"),
        ),
        Move(
            "replace",
            ("in_force",),
            "lapsed",
            roles("signatory"),
            _("Replace"),
            _("Replaced by a new qualification"),
        ),
        Move(
            "lapse",
            ("in_force", "restricted", "suspended"),
            "lapsed",
            roles("system"),
            _("Lapse"),
            _("Qualification lapsed"),
        ),
        Move(
            "remind",
            ("in_force", "restricted", "suspended"),
            None,
            roles("system"),
            _("Remind"),
            _("Reminder of the end of the qualification"),
        ),
    ),
)
