"""Applications, cases, documents and qualifications."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from partners.actions.query import answer_question, ask_question
from partners.actions.referee import ask_referee
from partners.actions.saved_filter import save_filter
from partners.actions.upload import Purpose, begin_upload
from partners.models import Application, Evidence, LargeUpload, Letter, Person, Query, Referee
from partners.queries.case import case_of
from portal.core.actors import SYSTEM
from portal.notifications.models import Message
from portal.rulebook.actions.version import put_in_force
from tests.contracts.matrix import Expect, desk_model, object_of, public, roles, row
from tests.factories import partners as make
from tests.factories import people
from tests.factories.rulebook import founded_rulebook
from tests.rulebook.test_versions import adopted
from tests.world import World

OWN = ("applicant.body", "administrator@institution.body", "representative.body")
NOT_AT_THE_DESK = (
    "applicant.any",
    "administrator.any",
    "representative.any",
    "provider_staff.any",
    "oversight_member.any",
    "newcomer",
    "named_person.any",
)
OFFICERS = ("case_officer.body",)
SIGNATORIES = ("signatory.any",)


# --- the institution's own application ------------------------------------------------------------


def partner(world: World) -> make.Cast:
    """Our institution, qualified after one question, with a renewal begun."""
    applicant = world.actor("applicant")
    institution, _ = make.make_institution(world.institution, by=applicant)
    made = make.reviewed_application(institution=institution, applicant=applicant, authority=world.authority)
    query = ask_question(application=made.application, section="security", text="Which vault?", by=made.reviewer)
    answer_question(query=query, text="A national one.", by=applicant)
    make.sign(make.send(make.assess(made)))
    make.begin_application(institution=institution, kind="renewal", by=applicant)
    return made


def approved(world: World) -> dict[str, Any]:
    return {"pk": world.once(partner).application.pk}


def renewal(world: World) -> dict[str, Any]:
    made = world.once(partner)
    return {"pk": Application.objects.get(institution=made.institution, state="draft").pk}


def renewal_section(world: World) -> dict[str, Any]:
    return {**renewal(world), "section": "security"}


def whom(world: World) -> dict[str, Any]:
    return {"name": "Ada Berg", "email": "ada.berg@elsewhere.example", "relation": "Worked with them since 2022."}


def referee(world: World) -> Referee:
    application = Application.objects.get(pk=renewal(world)["pk"])
    return ask_referee(
        application=application, **{**whom(world), "email": "bo@elsewhere.example"}, by=world.actor("applicant")
    )


def outside(world: World) -> Referee:
    made = world.once(in_review)
    asked_of = {**whom(world), "email": "bo.lind@lab.example"}
    return ask_referee(application=made.application, by=made.officer, **asked_of)


def assessor(world: World) -> dict[str, Any]:
    found = world.once(outside)
    return {"pk": found.application_id, "referee_pk": found.pk, "verb": "withdraw"}


def asked_outside(world: World) -> dict[str, Any]:
    found = world.once(referee)
    return {"pk": found.application_id, "referee_pk": found.pk}


def link(world: World) -> dict[str, Any]:
    world.once(referee)
    sent = Message.objects.filter(key__startswith="referee-").latest("created_at")
    found = re.search(r"/referees/([\w-]+)/", sent.text)
    return {"token": found[1] if found else ""}


def answered(world: World) -> dict[str, Any]:
    made = world.once(partner)
    return {"pk": made.application.pk, "query_pk": Query.objects.get(application=made.application).pk}


def _adopted(_world: World) -> Any:
    return put_in_force(version=adopted("1.1"), by=SYSTEM)


def new_rules(world: World) -> dict[str, Any]:
    """The draft of a renewal, and rules that came into force since."""
    world.once(_adopted)
    return renewal(world)


def document(world: World) -> dict[str, Any]:
    return {"pk": Evidence.objects.filter(institution=world.once(partner).institution, state="stored").first().pk}


def _begun(world: World) -> LargeUpload:
    return begin_upload(
        institution=world.once(partner).institution,
        name="measured.csv",
        size=30_000_000,
        fingerprint="",
        purpose=Purpose(),
        by=world.actor("applicant"),
    )


def large(world: World) -> dict[str, Any]:
    return {"pk": world.once(_begun).pk}


def letter(world: World) -> dict[str, Any]:
    return {"pk": Letter.objects.get(application=world.once(partner).application, kind="approval").pk}


def letter_file(world: World) -> dict[str, Any]:
    return {"letter": SimpleUploadedFile("letter.pdf", b"%PDF-1.7 of somebody else", "application/pdf")}


def institution(world: World) -> dict[str, Any]:
    return {"pk": world.once(partner).institution.pk}


def own(write: bool = False) -> Expect:
    """Pages of the own application; writing takes an applicant."""
    if write:
        return object_of(may=["applicant.body"], sees=["administrator@institution.body", "representative.body"])
    return object_of(may=OWN)


def binding() -> Expect:
    """Deeds that bind the institution take an authorised representative; its other people are told who can."""
    return object_of(may=["representative.body"], sees=["applicant.body", "administrator@institution.body"])


# --- cases at the desk ----------------------------------------------------------------------------


def _cast(world: World) -> dict[str, Any]:
    """The world's own personas on the case of another institution."""
    return {
        "authority": world.authority,
        "other_authority": world.others["authority"],
        "officer": world.actor("case_officer"),
        "reviewer": world.actor("reviewer"),
        "signatory": world.actor("signatory"),
        "jurisdiction": world.authority.jurisdiction,
        "other_signatory": world.actor("signatory.stranger"),
    }


def arrived(world: World) -> make.Cast:
    made = make.submitted_application(**_cast(world))
    make.declare_conflict(application=made.application, conflict=False, by=made.officer)
    return made


def in_review(world: World) -> make.Cast:
    return make.reviewed_application(**_cast(world))


def recommended(world: World) -> make.Cast:
    return make.assess(make.reviewed_application(**_cast(world)))


def to_sign(world: World) -> make.Cast:
    made = make.application_to_sign(**_cast(world))
    make.declare_conflict(application=made.application, conflict=False, by=made.signatory)
    return made


def asked(world: World) -> Query:
    made = make.reviewed_application(**_cast(world))
    return ask_question(application=made.application, section="security", text="Which vault?", by=made.reviewer)


def _pk(stage: Any) -> Any:
    return lambda world: {"pk": world.once(stage).application.pk}


def changed(world: World) -> dict[str, Any]:
    return {"object_id": world.once(in_review).application.pk}


def case(*may: str, sees: tuple[str, ...] = ()) -> Expect:
    """A page of a case. `may` includes who is first led to declare; people without a role of the desk get 403."""
    return object_of(may=may, sees=sees).but(*NOT_AT_THE_DESK, gets="403")


def seen(world: World) -> dict[str, Any]:
    return {
        "seen": case_of(world.once(to_sign).application).dossier_digest,
        "read": "on",
        "reasons": ["security"],
        "note": "Because.",
    }


def reviewer_to_remove(world: World) -> dict[str, Any]:
    made = world.once(in_review)
    return {"pk": made.application.pk, "user_pk": made.reviewer.user_id}


def open_question(world: World) -> dict[str, Any]:
    query = world.once(asked)
    return {"pk": query.application_id, "query_pk": query.pk, "verb": "withdraw"}


REVIEW_DATA = {
    "outcome": "met",
    "note": "",
    "section": "security",
    "text": "Why?",
    "tier": "standard",
    "reason": "Because.",
}


def review_data(world: World) -> dict[str, Any]:
    return REVIEW_DATA


def deed(name: str, stage: Any, expect: Expect, data: Any = review_data, post: bool = True) -> Any:
    return row(
        f"admin:partners_application_{name}",
        expect,
        expect if post else None,
        make=_pk(stage),
        data=data if post else None,
    )


DESK = roles("case_officer", "reviewer", "signatory", "auditor", "system_administrator")
IN_REVIEW = case("case_officer.body", "reviewer")


CASE_WORKERS = roles("case_officer", "reviewer", "signatory")


OWN_FILTER = object_of(may=("case_officer",)).but(*NOT_AT_THE_DESK, "system_administrator", "auditor.any", gets="403")


def saved_filter(world: World) -> dict[str, Any]:
    """A filter of our case officer's own."""
    by = world.actor("case_officer")
    return {"pk": save_filter(name=f"Filter {uuid4()}", query="time=late", by=by).pk}


def named(world: World) -> Person:
    """Somebody whom our institution has named, with one check, who is the world's named person."""
    keeper = world.actor("administrator@institution")
    institution = world.once(partner).institution
    person = people.named(institution, keeper, email=world.actor("named_person").user.email)
    people.check(person, "training", keeper)
    return person


def person(world: World) -> dict[str, Any]:
    return {"pk": world.once(named).pk}


def without_account(world: World) -> Person:
    return people.named(world.once(partner).institution, world.actor("administrator@institution"))


def person_to_invite(world: World) -> dict[str, Any]:
    return {"pk": world.once(without_account).pk}


def named_in_a_case(world: World) -> Person:
    """Somebody named by an institution whose case our authority runs."""
    made = world.once(in_review)
    return people.named(made.institution, made.applicant)


def person_of_a_case(world: World) -> dict[str, Any]:
    return {"object_id": world.once(named_in_a_case).pk}


def person_check(world: World) -> dict[str, Any]:
    made = world.once(named)
    return {"pk": made.pk, "check_pk": made.checks.get().pk}


def somebody_new(world: World) -> dict[str, Any]:
    world.once(named)
    return {"name": "Ada Berg", "email": "ada.berg@new.example", "invite": "on"}


def file_of_people(world: World) -> dict[str, Any]:
    content = b"Name,E-mail address\nAda Berg,ada.berg@new.example\n"
    return {"upload": SimpleUploadedFile("people.csv", content)}


KEEPERS = roles("applicant", "administrator@institution")
OWN_PAGE = roles("applicant", "administrator@institution", "named_person", "representative")
KEEPS = object_of(may=["applicant.body", "administrator@institution.body"])


ROWS: list[Any] = [
    row("partners:people", KEEPERS),
    row("partners:person_name", KEEPERS, KEEPERS, data=somebody_new),
    row("partners:people_import", KEEPERS, KEEPERS, data=file_of_people),
    row("partners:people_example", KEEPERS),
    # A file is there only for who uploaded it: everybody else of its institution is led to upload it again.
    row("partners:people_report", KEEPERS, KEEPERS, make=lambda _world: {"key": uuid4()}),
    row("partners:person", KEEPS, make=person),
    row("partners:person_amend", KEEPS, KEEPS, make=person, data=lambda _world: {"name": "Ada Lind"}),
    row("partners:person_check", KEEPS, KEEPS, make=person, data=lambda _world: {"kind": "identity"}),
    row("partners:person_revoke", KEEPS, KEEPS, make=person_check, data=lambda _world: {"reason": "A namesake."}),
    row("partners:person_invite", post=KEEPS.but("applicant.body", gets="403"), make=person_to_invite),
    row("partners:person_end", KEEPS, KEEPS, make=person, data=lambda _world: {"reason": "Left."}),
    row("partners:my_access", OWN_PAGE, OWN_PAGE, data=lambda _world: {"seen": ""}),
    *desk_model("partners_person", "case_officer", "auditor", make=person_of_a_case),
    row("partners:verify", public(), public(), data=letter_file),
    row("partners:eligibility", public()),
    row("partners:preview", public(), public(), make=lambda _world: {"version": founded_rulebook().version}),
    row(
        "partners:institution",
        roles("applicant", "administrator@institution", "representative"),
        roles("applicant", "administrator@institution"),
        data=lambda world: {"kind": "company"},
    ),
    row(
        "partners:institutions",
        roles("case_officer", "signatory", "auditor", "oversight_member", "provider_staff"),
    ),
    row(
        "partners:partner",
        object_of(
            may=["case_officer.any", "signatory.any", "auditor.any", "oversight_member.any", "provider_staff.any"],
            sees=[
                "reviewer.any",
                "administrator@authority.any",
                "administrator@provider.any",
                "administrator@oversight.any",
                "system_administrator",
                "newcomer",
            ],
        ),
        make=institution,
    ),
    row("partners:applications", roles("applicant", "administrator@institution", "representative")),
    row("partners:report_change", roles("applicant"), roles("applicant"), data=lambda world: {"circumstances": "use"}),
    row("partners:start", roles("applicant"), roles("applicant"), data=lambda world: {"kind": "change"}),
    row("partners:application", own(), make=approved),
    row(
        "partners:check",
        own(),
        binding(),
        make=renewal,
        data=lambda world: {"truth": "on", "changes": "on", "capacity": "Director"},
    ),
    row("partners:change", own(write=True), own(write=True), make=renewal, data=lambda world: {"circumstances": "use"}),
    row("partners:ask_to_sign", post=own(write=True), make=renewal),
    row("partners:rules", own(), own(write=True), make=new_rules, data=lambda world: {"to": "1.1"}),
    row("partners:answers", own(), make=approved),
    row("partners:sent", own(), make=approved),
    row("partners:timeline", own(), make=approved),
    row("partners:withdraw", own(write=True), own(write=True), make=renewal, data=lambda world: {"reason": ""}),
    row("partners:question", own(), own(write=True), make=answered, data=lambda world: {"text": "Again"}),
    row("partners:referees", own(), own(write=True), make=renewal, data=whom),
    row("partners:referee_resend", post=own(write=True), make=asked_outside),
    row("partners:referee_withdraw", post=own(write=True), make=asked_outside),
    row("partners:referee", public(), public(), make=link),
    row("partners:referee_code", post=public(), make=link),
    row("partners:referee_decline", post=public(), make=link),
    row("partners:section", own(), own(write=True), make=renewal_section, data=lambda world: {"asked": ["mfa"]}),
    row("partners:autosave", post=own(write=True), make=renewal_section, data=lambda world: {"asked": ["mfa"]}),
    row("partners:documents", roles("applicant", "administrator@institution", "representative")),
    row("partners:upload", roles("applicant"), roles("applicant"), data=lambda world: {"marking": "amber"}),
    row("partners:document", own(), make=document),
    *(
        row(f"partners:{name}", own(True), own(True), make=document, data=lambda world: {"marking": "green"})
        for name in ("version", "redacted", "describe")
    ),
    # Officers of the authority that runs the case see it, and declare before they open anything of it.
    row("partners:begin_large_upload", post=roles("applicant").but("newcomer", gets="403")),
    row("partners:large_upload", own(True), make=large, others={"patch": own(True), "delete": own(True)}),
    row("partners:cancel_large_upload", post=own(True), make=large),
    row("partners:evidence", object_of(may=OWN).but("case_officer.any", gets="403|404"), make=document),
    row("partners:letter", object_of(may=OWN).but("case_officer.any", gets="403|404"), make=letter),
    row(
        "admin:partners_application_assign_all",
        roles("case_officer").but("case_officer.any", gets="ok|403"),
        roles("case_officer").but("case_officer.any", gets="ok|403"),
    ),
    row("admin:partners_application_workload", roles("case_officer")),
    row("admin:partners_application_filters", CASE_WORKERS, CASE_WORKERS, data=lambda _world: {"name": "Late ones"}),
    row(
        "admin:partners_application_filter",
        OWN_FILTER,
        OWN_FILTER,
        make=saved_filter,
        data=lambda _world: {"name": "Late ones"},
    ),
    row(
        "admin:partners_application_filter_delete",
        None,
        OWN_FILTER,
        make=saved_filter,
    ),
    row(
        "admin:partners_application_here",
        None,
        IN_REVIEW,
        make=lambda world: {"pk": world.once(in_review).application.pk},
    ),
    *desk_model("partners_application", "case_officer", "reviewer", "signatory", make=changed)[:2],
    row("admin:partners_application_change", IN_REVIEW, make=changed),
    row("admin:partners_application_delete", make=changed),
    row("admin:partners_application_history", make=changed),
    row(
        "admin/partners/application/<path:object_id>/",
        # Django's redirect of old addresses to the page itself, which then says who may.
        DESK,
        DESK,
        path="/admin/partners/application/1/",
    ),
    deed("screen", arrived, case(*OFFICERS)),
    deed(
        "declare", arrived, case(*OFFICERS), data=lambda world: {"conflict": "yes", "detail": "My brother works there."}
    ),
    deed("tier", in_review, case(*OFFICERS, sees=("reviewer",))),
    deed(
        "reviewers",
        in_review,
        case(*OFFICERS, sees=("reviewer",)),
        data=lambda world: {"reviewer": world.actor("reviewer.colleague").user_id},
    ),
    deed("assess", in_review, IN_REVIEW, post=False),
    row(
        "admin:partners_application_assess_section",
        case("reviewer", "case_officer.colleague", sees=("case_officer",)),
        case("reviewer", "case_officer.colleague", sees=("case_officer",)),
        make=lambda world: {"pk": world.once(in_review).application.pk, "section": "security"},
        data=review_data,
    ),
    deed("ask", in_review, IN_REVIEW),
    deed("outside", in_review, case(*OFFICERS, sees=("reviewer",)), data=whom),
    row(
        "admin:partners_application_outsider",
        post=case("case_officer", sees=("reviewer", "case_officer.colleague")),
        make=assessor,
    ),
    deed("changes", in_review, IN_REVIEW, post=False),
    row(
        "admin:partners_application_unassign",
        post=case("case_officer", sees=("reviewer", "case_officer.colleague")),
        make=reviewer_to_remove,
    ),
    row(
        "admin:partners_application_question",
        post=case("case_officer", "reviewer", sees=("case_officer.colleague",)),
        make=open_question,
    ),
    deed(
        "recommend",
        recommended,
        case("reviewer", "case_officer.colleague", sees=("case_officer",)),
        data=lambda world: {"outcome": "approve", "text": "Sound."},
    ),
    deed("send", recommended, case(*OFFICERS, sees=("reviewer",))),
    deed(
        "return", to_sign, case(*OFFICERS, "signatory.colleague", "signatory.stranger", sees=("reviewer", "signatory"))
    ),
    deed("sign", to_sign, case(*SIGNATORIES, "case_officer.colleague", sees=("case_officer", "reviewer")), data=seen),
    deed("refuse", to_sign, case(*SIGNATORIES, "case_officer.colleague", sees=("case_officer", "reviewer")), data=seen),
]
