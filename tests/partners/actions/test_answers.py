"""Saving: often, right or not, by several people at once, and nothing is lost."""

from __future__ import annotations

import pytest

from partners.actions.answers import Saved, save_answers
from partners.models import Answer, Application
from partners.queries.answers import answers_of
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from tests.factories import partners as make
from tests.factories.accounts import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> tuple[Application, Actor, Actor]:
    make.make_authority()
    institution, applicant = make.make_institution()
    colleague = make_member(institution.organisation, "applicant")
    return make.begin_application(institution=institution, by=applicant), applicant, colleague


def save(application: Application, by: Actor, page: str, seen: int, **answers: object) -> Saved:
    return save_answers(application=application, section="security", posted=answers, seen=seen, page=page, by=by)


def test_a_wrong_answer_is_saved_as_typed(draft: tuple[Application, Actor, Actor]) -> None:
    application, applicant, _ = draft
    save(application, applicant, "a", 0, last_penetration_test="2026-02-31")
    assert answers_of(application)["last_penetration_test"] == "2026-02-31"


def test_two_colleagues_on_different_questions_both_keep_theirs(draft: tuple[Application, Actor, Actor]) -> None:
    application, applicant, colleague = draft
    save(application, applicant, "a", 0, mfa="partly", monitoring="")
    saved = save(application, colleague, "b", 0, mfa="", monitoring="always")
    assert not saved.clashes
    assert answers_of(application) == {"mfa": "partly", "monitoring": "always"}


def test_the_later_of_two_sees_both_versions_and_overwrites_nothing(draft: tuple[Application, Actor, Actor]) -> None:
    application, applicant, colleague = draft
    save(application, applicant, "a", 0, mfa="partly")
    saved = save(application, colleague, "b", 0, mfa="password")
    (clash,) = saved.clashes
    assert (clash.mine, clash.theirs, clash.who) == ("password", "partly", str(applicant.user))
    assert answers_of(application)["mfa"] == "partly"


def test_saving_again_after_seeing_both_versions_decides(draft: tuple[Application, Actor, Actor]) -> None:
    application, applicant, colleague = draft
    save(application, applicant, "a", 0, mfa="partly")
    seen = save(application, colleague, "b", 0, mfa="password").version
    assert not save(application, colleague, "c", seen, mfa="password").clashes
    assert answers_of(application)["mfa"] == "password"


def test_a_page_that_saves_itself_never_clashes_with_itself(draft: tuple[Application, Actor, Actor]) -> None:
    application, applicant, _ = draft
    for word in ("v", "va", "vault", "va", "v"):
        assert not save(application, applicant, "a", 0, credential_storage_other=word).clashes
    assert answers_of(application)["credential_storage_other"] == "v"


def test_an_old_tab_does_not_put_back_what_it_still_shows(draft: tuple[Application, Actor, Actor]) -> None:
    application, applicant, _ = draft
    save(application, applicant, "old", 0, mfa="partly", monitoring="always")
    save(application, applicant, "new", application.answers_version, mfa="second_factor")
    saved = save(application, applicant, "old", 0, mfa="partly", monitoring="nobody")
    assert not saved.clashes
    assert answers_of(application) == {"mfa": "second_factor", "monitoring": "nobody"}


def test_saving_the_same_writes_nothing(draft: tuple[Application, Actor, Actor]) -> None:
    application, applicant, _ = draft
    save(application, applicant, "a", 0, mfa="partly")
    assert save(application, applicant, "a", 0, mfa="partly").written == []


def test_questions_of_another_section_are_ignored(draft: tuple[Application, Actor, Actor]) -> None:
    application, applicant, _ = draft
    save(application, applicant, "a", 0, legal_name="X", no_such_question="Y")
    assert not Answer.objects.exists()


def test_after_sending_answers_are_locked() -> None:
    made = make.submitted_application()
    with pytest.raises(Refused) as refusal:
        save(made.application, made.applicant, "a", 0, mfa="partly")
    assert refusal.value.verdict.code == "wrong_state"


def test_a_question_opens_its_section_and_no_other() -> None:
    made = make.reviewed_application()
    make.ask(made, "security")
    save(made.application, made.applicant, "a", 10**6, mfa="partly")
    with pytest.raises(Refused) as refusal:
        save_answers(
            application=made.application,
            section="data",
            posted={"retention_months": 3},
            seen=0,
            page="a",
            by=made.applicant,
        )
    assert refusal.value.verdict.code == "locked"


def test_an_answer_of_which_both_versions_were_seen_waits_for_a_choice(draft: tuple[Application, Actor, Actor]) -> None:
    application, applicant, colleague = draft
    save(application, applicant, "a", 0, mfa="partly")
    saved = save_answers(
        application=application,
        section="security",
        posted={"mfa": "password", "monitoring": "always"},
        seen=10**6,
        page="b",
        by=colleague,
        undecided={"mfa"},
    )
    assert [clash.question for clash in saved.clashes] == ["mfa"]
    assert answers_of(application) == {"mfa": "partly", "monitoring": "always"}
