"""Who may do what with models, environments, requests, grants and holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from grants.actions.environment import attest_statements
from grants.actions.hold import place_hold
from grants.actions.review import ask_partner
from grants.models import Environment, Hold, Release, RequestLine, ReReview
from grants.rules.attestation import Answer
from partners.actions.evidence import upload_evidence
from tests.contracts.matrix import Expect, desk_model, object_of, roles, row
from tests.factories import grants as make
from tests.factories.partners import Cast
from tests.world import World

OWN = ("applicant.body", "administrator@institution.body", "representative.body")
DESK = ("case_officer.any", "reviewer.any", "signatory.any", "auditor.any")
NOT_AT_THE_DESK = (
    "applicant.any",
    "administrator.any",
    "representative.any",
    "provider_staff.any",
    "oversight_member.any",
    "newcomer",
    "named_person.any",
)

# --- what there is ---------------------------------------------------------------------------------


def partner(world: World) -> Cast:
    """Our institution, qualified."""
    from tests.factories.partners import make_institution

    applicant = world.actor("applicant")
    institution, _ = make_institution(world.institution, by=applicant)
    return make.qualified(institution=institution, applicant=applicant, authority=world.authority)


def _draft(world: World, *lines: dict[str, Any]) -> make.GrantCast:
    return make.draft_request(
        *lines,
        made=world.once(partner),
        provider=world.provider,
        staff=world.actor("provider_staff"),
        administrator=world.actor("administrator@institution"),
    )


def draft(world: World) -> make.GrantCast:
    return _draft(world)


def asked(world: World) -> make.GrantCast:
    made = make.take_up(make.submit(_draft(world)))
    ask_partner(request=made.request, question="Which prompts?", by=made.reviewer)
    return made


def at_provider(world: World) -> make.GrantCast:
    return make.to_provider(make.review(make.take_up(make.submit(_draft(world)))))


def issued(world: World) -> make.GrantCast:
    return make.sign_grant(make.to_signatories(make.consent(at_provider(world))))


def in_force(world: World) -> make.GrantCast:
    return make.accept(issued(world))


def held(world: World) -> Hold:
    made = in_force(world)
    return place_hold(target=made.grant, reason="Lost keys.", lifted_when="New keys are in use.", by=made.signatory)


def our_institution(world: World) -> dict[str, Any]:
    """For an address that has no object of its own, and asks for an institution."""
    world.once(partner)
    return {}


def environment(world: World) -> Environment:
    return make.make_environment(world.once(partner).institution, world.actor("applicant"))


def shown_document(world: World) -> dict[str, Any]:
    """A document behind an attestation of our environment."""
    found, by = world.once(environment), world.actor("applicant")
    upload = SimpleUploadedFile("plan.txt", b"A plan.\n")
    document = upload_evidence(institution=found.institution, upload=upload, by=by, about=found.pk)
    answer = Answer("met", "See the plan.", frozenset({document.pk}))
    attest_statements(environment=found, answers={("baseline", "log-1"): answer}, by=by)
    return {"pk": found.pk, "document": document.pk}


def looked_again(world: World) -> ReReview:
    """A grant that our authority runs, to be looked at because of a new release."""
    made = make.accept(make.sign_grant(make.to_signatories(answered(world))))
    make.announce_release(
        model=made.release.model, version="5", key=f"{made.release.key}-5", capability_tier="general",
        access_routes=["api"], by=made.staff,
    )  # fmt: skip
    return ReReview.objects.get(grant=made.grant)


def announced(world: World) -> Release:
    return make.make_release(world.provider, world.actor("provider_staff"), out=False)[0]


def unlisted(world: World) -> Release:
    return make.make_release(world.provider, world.actor("provider_staff"))[0]


def request_of(stage: Callable[[World], make.GrantCast]) -> Any:
    return lambda world: {"pk": world.once(stage).request.pk}


def grant_of(stage: Callable[[World], make.GrantCast]) -> Any:
    return lambda world: {"pk": world.once(stage).grant.pk}


def own(write: bool = False) -> Expect:
    if write:
        return object_of(may=["applicant.body"], sees=["administrator@institution.body", "representative.body"])
    return object_of(may=OWN)


def binding() -> Expect:
    """Deeds that bind the institution take an authorised representative; its other people are told who can."""
    return object_of(may=["representative.body"], sees=["applicant.body", "administrator@institution.body"])


def line_to_remove(world: World) -> dict[str, Any]:
    found = world.once(draft).request
    return {"pk": found.pk, "line": RequestLine.objects.filter(request=found).first().pk}


def line_to_answer(world: World) -> dict[str, Any]:
    return {"pk": RequestLine.objects.get(request=world.once(at_provider).request).pk}


# --- cases at the desk, of another institution ----------------------------------------------------


def desk_partner(world: World) -> Cast:
    return make.qualified(
        authority=world.authority,
        other_authority=world.others["authority"],
        officer=world.actor("case_officer"),
        reviewer=world.actor("reviewer"),
        signatory=world.actor("signatory"),
        other_signatory=world.actor("signatory.stranger"),
        jurisdiction=world.authority.jurisdiction,
    )


def arrived(world: World) -> make.GrantCast:
    made = make.submit(make.draft_request(made=world.once(desk_partner)))
    make.declare_interests(request=made.request, conflict=False, by=made.officer)
    return made


def in_review(world: World) -> make.GrantCast:
    return make.take_up(make.submit(make.draft_request(made=world.once(desk_partner))))


def reviewed(world: World) -> make.GrantCast:
    made = make.review(in_review(world))
    make.accredit_environment(environment=made.environment, by=made.officer)
    return made


def with_providers(world: World) -> make.GrantCast:
    return make.to_provider(make.review(in_review(world)))


def answered(world: World) -> make.GrantCast:
    return make.consent(with_providers(world))


def to_sign(world: World) -> make.GrantCast:
    made = make.to_signatories(answered(world))
    make.declare_interests(request=made.request, conflict=False, by=made.signatory)
    return made


def case(*may: str, sees: tuple[str, ...] = ()) -> Expect:
    """A page of a case. `may` includes who is first led to declare."""
    return object_of(may=may, sees=sees).but(*NOT_AT_THE_DESK, gets="403")


def at_desk(*may: str) -> Expect:
    """A page of an object that everybody at the desk sees: the others of the desk get 403 with the reason."""
    seen = DESK
    return object_of(may=may, sees=seen).but(*NOT_AT_THE_DESK, gets="403")


def deed(name: str, stage: Any, expect: Expect, data: Any) -> Any:
    return row(f"admin:grants_grantrequest_{name}", expect, expect, make=request_of(stage), data=data)


def sent(**data: Any) -> Any:
    return lambda world: data


def line_to_review(world: World) -> dict[str, Any]:
    found = world.once(in_review).request
    return {"pk": found.pk, "line": RequestLine.objects.get(request=found).pk}


def seen(world: World) -> dict[str, Any]:
    return {"seen": world.once(to_sign).request.digest, "decision": "sign", "reason": ""}


def desk_hold(world: World) -> dict[str, Any]:
    """A hold of ours, that others have to confirm."""
    return {"pk": world.once(_placed).pk}


def _placed(world: World) -> Hold:
    made = world.once(desk_partner)
    return place_hold(target=made.institution, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)


def accredited(world: World) -> Environment:
    return world.once(at_provider).environment


def drifted(world: World) -> Environment:
    """Accredited, then changed."""
    found = make.make_environment(world.once(desk_partner).institution, world.once(desk_partner).applicant)
    make.accredit_environment(environment=found, by=world.actor("case_officer"))
    attest_statements(
        environment=found, answers={("baseline", "log-1"): Answer("met", "Otherwise.")},
        by=world.once(desk_partner).applicant,
    )  # fmt: skip
    return found


def _rest(model: str, *seeing: str, make: Callable[[World], Any]) -> list[Any]:
    """The stock addresses of one kind of row besides its page; the queue of cases is among the rows above."""

    def one(world: World) -> dict[str, Any]:
        return {"object_id": make(world).pk}

    stock = desk_model(f"grants_{model}", *seeing, make=one)
    old = row(f"admin/grants/{model}/<path:object_id>/", ANY_DESK, ANY_DESK, path=f"/admin/grants/{model}/1/")
    kept = [item for item in stock if item.url.endswith(("_add", "_delete", "_history", "_changelist"))]
    return [*(item for item in kept if model != "grantrequest" or not item.url.endswith("_changelist")), old]


def _page(model: str, make: Callable[[World], Any]) -> list[Any]:
    """The page of an object that everybody at the desk may read."""
    return [row(f"admin:grants_{model}_change", at_desk(*DESK), make=lambda world: {"object_id": make(world).pk})]


ANY_DESK = roles("case_officer", "reviewer", "signatory", "auditor", "system_administrator")
DESK_ROLES = ("case_officer", "reviewer", "signatory", "auditor")
SIGNATORY = object_of(may=["signatory.any"]).but(
    *NOT_AT_THE_DESK, "case_officer.any", "reviewer.any", "auditor.any", "system_administrator", gets="403"
)
OTHER_SIGNATORY = at_desk("signatory.stranger")
OWN_SIGNATORY = at_desk("signatory.body")
OFFICER = ("case_officer.body",)
PARTNER_OR_PROVIDER = roles("applicant", "administrator", "representative", "provider_staff")
PARTNERS = roles("applicant", "administrator@institution", "representative")
PARTNERS_OR_STAFF = roles("applicant", "administrator@institution", "representative", "provider_staff")
PROVIDER = roles("provider_staff")
MODEL = object_of(may=["provider_staff.body"])
GRANT = object_of(may=[*OWN, "provider_staff.body", *DESK])


def line_of_grant(world: World) -> dict[str, Any]:
    made = world.once(in_force)
    return {"pk": made.grant.pk, "line": made.line.pk}


ROWS: list[Any] = [
    row("grants:grants", PARTNER_OR_PROVIDER),
    row("grants:grant", GRANT, make=grant_of(in_force)),
    row(
        "grants:agreement",
        own(),
        binding(),
        make=grant_of(issued),
        data=sent(capacity="Director"),
    ),
    row(
        "grants:surrender",
        object_of(may=["administrator@institution.body"], sees=["applicant.body", "representative.body"]),
        object_of(may=["administrator@institution.body"], sees=["applicant.body", "representative.body"]),
        make=grant_of(in_force),
        data=sent(reason="Done."),
    ),
    row(
        "grants:line_surrender",
        object_of(may=["administrator@institution.body"], sees=["applicant.body", "representative.body"]),
        object_of(may=["administrator@institution.body"], sees=["applicant.body", "representative.body"]),
        make=line_of_grant,
        data=sent(reason="Done."),
    ),
    row("grants:connect", own(), make=grant_of(in_force)),
    row("grants:use", own(), make=grant_of(in_force)),
    row("grants:own_lines", PARTNERS),
    row("grants:grant_change", post=own(write=True), make=grant_of(in_force), data=sent(kind="amendment")),
    row("grants:requests", PARTNERS),
    row(
        "grants:request_new", roles("applicant"), roles("applicant"),
        make=our_institution, data=sent(title="More", purpose="To know."),
    ),
    row("grants:request", own(), make=request_of(draft)),
    row(
        "grants:request_describe", own(write=True), own(write=True), make=request_of(draft),
        data=sent(title="More", purpose="To know."),
    ),
    row("grants:line_add", own(write=True), own(write=True), make=request_of(draft), data=sent(use_case="evaluation")),
    row("grants:line_check", own(), make=request_of(draft)),
    row("grants:line_remove", post=own(write=True), make=line_to_remove),
    row("grants:line_change", own(write=True), own(write=True), make=line_to_remove, data=sent(seats="2")),
    row("grants:scope_builder", own(write=True), own(write=True), make=request_of(draft), data=sent(show="1")),
    row(
        "grants:plan", own(write=True), own(write=True),
        make=lambda world: {**request_of(draft)(world), "use_case": "evaluation"},
        data=sent(question="Does it refuse?"),
    ),
    row(
        "grants:request_check", own(), binding(),
        make=request_of(draft), data=sent(declare_purpose="on", capacity="Director"),
    ),
    row("grants:request_ask_to_sign", post=own(write=True), make=request_of(draft)),
    row("grants:request_answer", own(write=True), own(write=True), make=request_of(asked), data=sent(answer="These.")),
    row("grants:request_withdraw", own(write=True), own(write=True), make=request_of(draft), data=sent(reason="")),
    row("grants:environments", PARTNERS),
    row(
        "grants:environment_new", roles("applicant"), roles("applicant"), make=our_institution, data=sent(name="Lab")
    ),
    row("grants:environment", object_of(may=[*OWN, *DESK]), make=lambda world: {"pk": world.once(environment).pk}),
    row(
        "grants:environment_attest", own(write=True), own(write=True),
        make=lambda world: {"pk": world.once(environment).pk}, data=sent(value_logging="met"),
    ),
    row(
        "grants:environment_change", own(write=True), own(write=True),
        make=lambda world: {"pk": world.once(environment).pk}, data=sent(name="Lab"),
    ),
    row(
        "grants:environment_adopt", own(write=True), own(write=True),
        make=lambda world: {"pk": world.once(environment).pk}, data=sent(catalogue=""),
    ),
    row("grants:statements", object_of(may=[*OWN, *DESK]), make=lambda world: {"pk": world.once(environment).pk}),
    row(
        "grants:environment_group", own(write=True), own(write=True),
        make=lambda world: {"pk": world.once(environment).pk, "group": "baseline:logging"}, data=sent(value="met"),
    ),
    row(
        "grants:environment_document_new", own(write=True), own(write=True),
        make=lambda world: {"pk": world.once(environment).pk}, data=sent(marking="amber"),
    ),
    row("grants:environment_document", object_of(may=[*OWN, *DESK]), make=lambda world: world.once(shown_document)),
    row("grants:environment_close", post=own(write=True), make=lambda world: {"pk": world.once(environment).pk}),
    row("grants:models", PROVIDER),
    row("grants:model_new", PROVIDER, PROVIDER, data=sent(name="Aster")),
    row("grants:model", MODEL, make=lambda world: {"pk": world.once(announced).model_id}),
    row(
        "grants:release_new", MODEL, MODEL, make=lambda world: {"pk": world.once(announced).model_id},
        data=sent(version="5"),
    ),
    row("grants:model_edit", MODEL, MODEL, make=lambda world: {"pk": world.once(announced).model_id},
        data=sent(name="Aster")),
    row("grants:model_unlist", post=MODEL, make=lambda world: {"pk": world.once(announced).model_id}),
    row("grants:releases", PROVIDER),
    row("grants:release", MODEL, make=lambda world: {"pk": world.once(announced).pk}),
    row("grants:release_edit", MODEL, MODEL, make=lambda world: {"pk": world.once(announced).pk},
        data=sent(version="5")),
    row("grants:release_publish", post=MODEL, make=lambda world: {"pk": world.once(announced).pk}),
    row(
        "grants:release_retire", MODEL, MODEL,
        make=lambda world: {"pk": world.once(unlisted).pk}, data=sent(reason=""),
    ),
    row("grants:consents", PROVIDER),
    row("grants:consent", MODEL, MODEL, make=line_to_answer, data=sent(answer="consent")),
    row("grants:holds", PARTNER_OR_PROVIDER),
    row("grants:hold", GRANT, make=lambda world: {"pk": world.once(held).pk}),
    row("grants:console", PARTNERS_OR_STAFF, PARTNERS_OR_STAFF, make=our_institution, data=sent(release="y")),
    row("grants:why", PARTNERS, make=our_institution),
    # The desk.
    row("admin:grants_grantrequest_changelist", roles("case_officer", "reviewer", "signatory"),
        roles("case_officer", "reviewer", "signatory")),
    row("admin:grants_grantrequest_change", case(*OFFICER, "reviewer"), make=lambda world: {
        "object_id": world.once(in_review).request.pk}),
    row("admin:grants_grantrequest_declare", case("case_officer.body", "reviewer"),
        case("case_officer.body", "reviewer"), make=request_of(in_review), data=sent(conflict="no")),
    deed("take_up", arrived, case(*OFFICER), sent(reviewer="")),
    deed("assign", in_review, case(*OFFICER, sees=("reviewer",)), sent(reviewer="")),
    deed("ask", in_review, case(*OFFICER, "reviewer"), sent(question="Which?")),
    row("admin:grants_grantrequest_line", case("reviewer", "case_officer.colleague", sees=("case_officer",)),
        case("reviewer", "case_officer.colleague", sees=("case_officer",)), make=line_to_review,
        data=sent(outcome="as_asked")),
    deed("send_to_providers", reviewed, case(*OFFICER, sees=("reviewer",)), sent()),
    deed("return_to_review", with_providers, case(*OFFICER, sees=("reviewer",)), sent(reason="Again.")),
    deed("send_to_signatories", answered, case(*OFFICER, sees=("reviewer",)), sent()),
    deed("sign", to_sign, case("signatory.any", "case_officer.colleague", sees=("case_officer", "reviewer")), seen),
    *_rest("grantrequest", "case_officer", "reviewer", "signatory", make=lambda world: world.once(in_review).request),
    *_rest("environment", *DESK_ROLES, make=lambda world: world.once(environment)),
    *_rest("grant", *DESK_ROLES, make=lambda world: world.once(in_force).grant),
    *_rest("hold", *DESK_ROLES, make=lambda world: world.once(held)),
    *_rest("rereview", "case_officer", "auditor", make=lambda world: world.once(looked_again)),
    row(
        "admin:grants_rereview_change",
        object_of(may=("case_officer", "case_officer.colleague", "auditor.any")).but(
            *NOT_AT_THE_DESK, gets="403"),
        make=lambda world: {"object_id": world.once(looked_again).pk},
    ),
    row(
        "admin:grants_rereview_look",
        object_of(may=("case_officer", "case_officer.colleague"), sees=("auditor.any",)).but(
            *NOT_AT_THE_DESK, gets="403"),
        object_of(may=("case_officer", "case_officer.colleague"), sees=("auditor.any",)).but(
            *NOT_AT_THE_DESK, gets="403"),
        make=lambda world: {"pk": world.once(looked_again).pk}, data=sent(outcome=""),
    ),
    *_page("environment", lambda world: world.once(environment)),
    *_page("grant", lambda world: world.once(in_force).grant),
    *_page("hold", lambda world: world.once(held)),
    *(
        row(
            f"admin:grants_environment_{verb}", at_desk("case_officer.any"), at_desk("case_officer.any"),
            make=lambda world, made=made: {"pk": world.once(made).pk}, data=sent(reason="Because."),
        )
        for verb, made in (
            ("accredit", accredited), ("accept_change", drifted), ("send_back", drifted), ("suspend", accredited),
        )
    ),
    row(
        "admin:grants_hold_place", SIGNATORY, SIGNATORY,
        make=lambda world: {"kind": "grant", "pk": world.once(in_force).grant.pk},
        data=sent(reason="Keys.", lifted_when="New keys."),
    ),
    row("admin:grants_hold_confirm", OTHER_SIGNATORY, OTHER_SIGNATORY, make=desk_hold, data=sent()),
    row("admin:grants_hold_lift", OWN_SIGNATORY, OWN_SIGNATORY, make=desk_hold, data=sent(reason="New keys.")),
]  # fmt: skip
