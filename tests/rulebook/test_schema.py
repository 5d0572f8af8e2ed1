"""The shape of a document: each rule refuses a document that breaks it, and says where and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from portal.rulebook.schema import Duration, RulebookError, parse, read
from portal.rulebook.schema.decisions import APPEALABLE
from portal.rulebook.schema.loading import MAX_BYTES
from portal.rulebook.versions import FOUNDING
from portal.workflow import RETENTION_DAYS
from tests.factories.rulebook import document, founding_rules

Change = Callable[[dict[str, Any]], None]


def problems(changed: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(RulebookError) as error:
        parse(changed)
    return [(problem.where, problem.what) for problem in error.value.problems]


def test_events_are_kept_as_long_as_the_rulebook_says() -> None:
    rules = {rule["key"]: rule for rule in document()["retention"]["rules"]}
    assert rules["events"]["months"] * 365.25 / 12 <= RETENTION_DAYS


def section(doc: dict[str, Any], key: str) -> dict[str, Any]:
    return next(item for item in doc["questionnaire"]["sections"] if item["key"] == key)


def question(doc: dict[str, Any], key: str) -> dict[str, Any]:
    every = (item for part in doc["questionnaire"]["sections"] for item in part["questions"])
    return next(item for item in every if item["key"] == key)


def put(path: str, value: Any) -> Change:
    """Sets the value at a dotted path; numbers are positions in lists."""

    def change(doc: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = doc
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        if last.isdigit():
            place[int(last)] = value
        else:
            place[last] = value

    return change


def drop(path: str) -> Change:
    def change(doc: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = doc
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        del place[int(last) if last.isdigit() else last]

    return change


def twice(path: str) -> Change:
    """The first item of that list appears a second time."""

    def change(doc: dict[str, Any]) -> None:
        place: Any = doc
        for step in path.split("."):
            place = place[step]
        place.append(dict(place[0]))

    return change


def ask(name: str, **fields: Any) -> Change:
    return lambda doc: question(doc, name).update(fields)


def when(key: str, condition: dict[str, Any]) -> Change:
    return ask(key, when=condition)


BROKEN: list[tuple[str, Change, str, str]] = [
    ("no meta", drop("meta"), "meta", "missing"),
    ("version in another form", put("meta.version", "one"), "meta.version", "form"),
    ("unknown part", put("kworum", {}), "kworum", "quorum"),
    (
        "misspelt field",
        put("qualification.renewal_lead_dais", 3),
        "qualification.renewal_lead_dais",
        "renewal_lead_days",
    ),
    ("no sections", put("questionnaire.sections", []), "questionnaire.sections", "at least 1"),
    (
        "section without a question",
        put("questionnaire.sections.2.questions", []),
        "questionnaire.sections[2].questions",
        "at least 1",
    ),
    ("section twice", twice("questionnaire.sections"), "questionnaire.sections", "twice"),
    ("unknown type", ask("lei", type="txt"), "questionnaire.sections[0].questions[3]", "type"),
    (
        "question without a label",
        lambda d: question(d, "lei").pop("label"),
        "questionnaire.sections[0].questions[3].label",
        "missing",
    ),
    ("key with a capital", ask("lei", key="LEI"), "questionnaire.sections[0].questions[3].key", "form"),
    ("key that the page itself uses", ask("lei", key="version"), "questionnaire.sections[0].questions[3].key", "own"),
    ("question key twice", ask("ror", key="lei"), "questionnaire.sections[0].questions[4].key", "twice"),
    (
        "field of another type",
        ask("headcount", max_length=3),
        "questionnaire.sections[0].questions[9].max_length",
        "not known",
    ),
    ("limits swapped", ask("headcount", minimum=5, maximum=2), "questionnaire.sections[0].questions[9]", "Swap"),
    ("lengths swapped", ask("programme", min_length=9000), "questionnaire.sections[2].questions[1]", "Swap"),
    (
        "pattern that does not compile",
        ask("faculty", pattern="(", pattern_hint="x"),
        "questionnaire.sections[0].questions[2].pattern",
        "compile",
    ),
    ("pattern without a hint", ask("faculty", pattern="a+"), "questionnaire.sections[0].questions[2]", "pattern_hint"),
    ("one option only", lambda d: question(d, "mfa")["options"].__delitem__(slice(1, None)), "options", "at least 2"),
    (
        "option twice",
        lambda d: question(d, "mfa")["options"].append(question(d, "mfa")["options"][0]),
        "questions[2]",
        "twice",
    ),
    ("date past and future", ask("incident_exercise", future=True), "questions[3]", "both"),
    (
        "dates swapped",
        ask("incident_exercise", not_before="2030-01-01", not_after="2020-01-01"),
        "questions[3]",
        "Swap",
    ),
    (
        "choice column without options",
        lambda d: question(d, "owners")["columns"][3].pop("options"),
        "columns[3]",
        "two options",
    ),
    (
        "column twice",
        lambda d: question(d, "owners")["columns"].append(question(d, "owners")["columns"][0]),
        "questions[1]",
        "twice",
    ),
    ("rows swapped", ask("owners", min_items=60), "questions[1]", "Swap"),
    ("unknown disclosure tier", ask("lei", tier="secret"), "questions[3].tier", "restricted"),
    ("unknown kind of organisation", ask("lei", kinds=["bakery"]), "questions[3].kinds", "bakery"),
    ("variant for an unknown kind", ask("lei", variants={"compani": {}}), "questions[3].variants", "company"),
    # conditions
    ("condition without an operator", when("faculty", {"question": "legal_name"}), "questions[2].when", "equals"),
    (
        "condition on an unknown question",
        when("faculty", {"question": "legal_nam", "answered": True}),
        "questions[2].when",
        "legal_name",
    ),
    (
        "condition on a later question",
        when("faculty", {"question": "seat", "equals": "NO"}),
        "questions[2].when",
        "later",
    ),
    ("condition on itself", when("faculty", {"question": "faculty", "answered": True}), "questions[2].when", "first"),
    (
        "option that is not offered",
        when("funders", {"question": "legal_owner_type", "equals": "church"}),
        "questions[7].when",
        "church",
    ),
    (
        "one option of several not offered",
        when("funders", {"question": "legal_owner_type", "in": ["state", "church"]}),
        "questions[7].when",
        "church",
    ),
    (
        "includes of something not offered",
        when("hazard_controls", {"question": "hazard_domains", "includes": "magic"}),
        "questions[3].when",
        "magic",
    ),
    (
        "includes of a single answer",
        when("funders", {"question": "outside_funding", "includes": "x"}),
        "questions[7].when",
        "list",
    ),
    (
        "equals of a list",
        when("hazard_controls", {"question": "hazard_domains", "equals": "cyber"}),
        "questions[3].when",
        "includes",
    ),
    (
        "number compared with a word",
        when("faculty", {"question": "legal_name", "at_least": 3}),
        "questions[2].when",
        "numbers",
    ),
    (
        "yes or no compared with a word",
        when("funders", {"question": "outside_funding", "equals": "yes"}),
        "questions[7].when",
        "never",
    ),
    (
        "number compared with true",
        when("mandate_evidence", {"question": "headcount", "equals": True}),
        "questions[10].when",
        "never",
    ),
    ("condition on an unknown kind", when("faculty", {"organisation": ["bakery"]}), "questions[2].when", "bakery"),
    ("all of nothing", when("faculty", {"all": []}), "questions[2].when.all", "at least 1"),
    (
        "two operators",
        when("faculty", {"question": "legal_name", "answered": True, "equals": "x"}),
        "questions[2].when",
        "not known",
    ),
    (
        "section on a later question",
        put("questionnaire.sections.0.when", {"question": "seat", "equals": "NO"}),
        "questionnaire.sections[0].when",
        "later",
    ),
    # tiers and vocabularies
    ("tier without readers", drop("disclosure.2"), "disclosure", "case"),
    (
        "unknown country",
        put("eligibility.jurisdictions.0.country", "ZZ"),
        "eligibility.jurisdictions[0].country",
        "ISO",
    ),
    (
        "country twice",
        put("eligibility.jurisdictions.0.country", "US"),
        "eligibility.jurisdictions[36].country",
        "twice",
    ),
    (
        "kind that may apply and may not",
        put("eligibility.other_kinds.0.key", "company"),
        "eligibility.other_kinds[0].key",
        "one of the two",
    ),
    ("other kind without a reason", put("eligibility.other_kinds.0.meaning", ""), "other_kinds[0].meaning", "why"),
    ("other kind twice", twice("eligibility.other_kinds"), "eligibility.other_kinds[3].key", "twice"),
    (
        "exclusion of an unknown kind",
        put("eligibility.excluded", [{"key": "x", "title": "X", "kinds": ["companies"], "why": "Because."}]),
        "eligibility.excluded[0].kinds",
        "company",
    ),
    (
        "exclusion in a country that may not apply anyway",
        put("eligibility.excluded", [{"key": "x", "title": "X", "jurisdictions": ["BR"], "why": "Because."}]),
        "eligibility.excluded[0].jurisdictions",
        "BR",
    ),
    (
        "exclusion of everybody",
        put("eligibility.excluded", [{"key": "x", "title": "X", "why": "Because."}]),
        "eligibility.excluded[0]",
        "everybody",
    ),
    (
        "exclusion without a reason",
        put("eligibility.excluded", [{"key": "x", "title": "X", "kinds": ["company"]}]),
        "eligibility.excluded[0].why",
        "missing",
    ),
    ("declaration twice", twice("declarations"), "declarations[7].key", "twice"),
    ("declaration on no occasion", put("declarations.0.on", "birthday"), "declarations[0].on", "application"),
    # risk
    ("tiers in another order", lambda d: d["risk"]["tiers"].reverse(), "risk", "order"),
    ("tier missing", drop("risk.tiers.1"), "risk.tiers", "at least 3"),
    ("points do not rise", put("risk.tiers.2.from_points", 5), "risk", "more"),
    ("first tier not from zero", put("risk.tiers.0.from_points", 1), "risk", "0"),
    (
        "factor on an unknown question",
        put("risk.factors.0.when", {"question": "nothing", "answered": True}),
        "risk.factors[0].when",
        "nothing",
    ),
    ("factor that changes nothing", lambda d: d["risk"]["factors"][1].update(points=0), "risk.factors[1]", "nothing"),
    # quorum
    ("more bodies than signatures", put("quorum.initial.standard.bodies", 3), "quorum.initial.standard", "signatures"),
    (
        "more countries than bodies",
        put("quorum.initial.standard.jurisdictions", 3),
        "quorum.initial.standard",
        "bodies",
    ),
    ("less for a higher tier", put("quorum.initial.elevated.assessors", 0), "quorum", "elevated"),
    ("tier of a quorum missing", drop("quorum.renewal.high"), "quorum.renewal.high", "missing"),
    ("no signatures", put("quorum.change.standard.signatures", 0), "quorum.change.standard.signatures", "greater"),
    ("blind with one assessor", put("quorum.initial.elevated.blind", True), "quorum.initial.elevated", "two"),
    (
        "kind of body unknown",
        put("quorum.initial.standard.kinds", ["church"]),
        "quorum.initial.standard.kinds[0]",
        "authority",
    ),
    # time
    ("notices in another order", put("qualification.notices_days", [7, 30]), "qualification", "earliest"),
    (
        "no validity for a tier",
        drop("qualification.validity_months.high"),
        "qualification.validity_months.high",
        "missing",
    ),
    (
        "words for a number",
        put("qualification.renewal_lead_days", "soon"),
        "qualification.renewal_lead_days",
        "integer",
    ),
    ("clock twice", twice("clocks"), "clocks[6].key", "twice"),
    # scope
    (
        "combination of an unknown use case",
        put("scope.not_allowed.0.use_cases", ["baking"]),
        "scope.not_allowed[0].use_cases",
        "baking",
    ),
    (
        "combination of an unknown data class",
        put("scope.not_allowed.0.data_classes", ["criticall"]),
        "scope.not_allowed[0].data_classes",
        "critical",
    ),
    ("prohibition without a reason", drop("scope.not_allowed.0.why"), "scope.not_allowed[0]", "why"),
    (
        "prohibition of everything",
        lambda d: d["scope"]["not_allowed"].append({"key": "all", "why": "No."}),
        "scope.not_allowed[6]",
        "everything",
    ),
    ("unknown safeguard", put("scope.needed.0.safeguards", ["prayer"]), "scope.needed[0].safeguards", "prayer"),
    ("ranks not rising", put("scope.data_classes.1.rank", 1), "scope.data_classes", "rank"),
    (
        "only where, of an unknown tier",
        put("scope.use_cases.4.only_where.0.capability_tiers", ["tiny"]),
        "scope.use_cases[4].only_where[0].capability_tiers",
        "tiny",
    ),
    ("use case twice", twice("scope.use_cases"), "scope.use_cases[5].key", "twice"),
    ("limits of a tier missing", drop("scope.limits.high"), "scope.limits.high", "missing"),
    # audits, reports, incidents, enforcement, appeal, retention
    ("severity of findings missing", drop("audits.findings.0"), "audits", "severity"),
    ("interval missing", drop("audits.intervals.high"), "audits.intervals.high", "missing"),
    ("report without a question", put("obligations.0.questions", []), "obligations[0].questions", "at least 1"),
    (
        "report's condition on a question elsewhere",
        put("obligations.0.questions.2.when", {"question": "seat", "answered": True}),
        "obligations[0].questions[2].when",
        "seat",
    ),
    (
        "report's question twice",
        lambda d: d["obligations"][0]["questions"].append(d["obligations"][0]["questions"][0]),
        "obligations[0].questions[4].key",
        "twice",
    ),
    ("severities in another order", lambda d: d["incidents"]["severities"].reverse(), "incidents", "order"),
    (
        "deadline to an unknown recipient",
        put("incidents.deadlines.0.recipient", "mother"),
        "incidents.deadlines[0].recipient",
        "mother",
    ),
    ("deadline without a source", put("incidents.deadlines.0.source", ""), "incidents.deadlines[0]", "source"),
    (
        "deadline after an unknown step",
        put("incidents.deadlines.0.steps.2.after", "nothing"),
        "incidents.deadlines[0]",
        "nothing",
    ),
    ("deadline after no step", drop("incidents.deadlines.0.steps.2.after"), "incidents.deadlines[0].steps[2]", "after"),
    (
        "repetition without an end",
        drop("incidents.deadlines.0.steps.2.until"),
        "incidents.deadlines[0].steps[2]",
        "until",
    ),
    (
        "deadline's step twice",
        lambda d: d["incidents"]["deadlines"][1]["steps"].append(d["incidents"]["deadlines"][1]["steps"][0]),
        "incidents.deadlines[1]",
        "twice",
    ),
    ("zone that is none", put("incidents.zones.FI", "Europe/Espoo"), "incidents.zones.FI", "Europe/Espoo"),
    (
        "shorter time for an unknown harm",
        put("incidents.deadlines.4.steps.0.shorter.0.harms", ["boredom"]),
        "incidents.deadlines[4].steps[0].shorter[0].harms",
        "boredom",
    ),
    (
        "other time for what goes on without one",
        drop("incidents.deadlines.6.steps.2.length"),
        "incidents.deadlines[6].steps[2]",
        "length",
    ),
    (
        "deadline for an unknown harm",
        put("incidents.deadlines.0.applies.harms", ["boredom"]),
        "incidents.deadlines[0].applies.harms",
        "boredom",
    ),
    (
        "deadline for an unknown kind",
        put("incidents.deadlines.0.steps.0.applies.kinds", ["rain"]),
        "incidents.deadlines[0].steps[0].applies.kinds",
        "rain",
    ),
    (
        "unit that is no unit",
        put("incidents.deadlines.0.steps.0.length.unit", "moons"),
        "incidents.deadlines[0].steps[0].length.unit",
        "hours",
    ),
    ("rung missing", drop("enforcement.ladder.1"), "enforcement", "rungs"),
    (
        "no hours to confirm",
        drop("enforcement.emergency.confirm_hours"),
        "enforcement.emergency.confirm_hours",
        "missing",
    ),
    (
        "appeal on an unknown ground",
        put("appeal.against.0.grounds", ["dislike"]),
        "appeal.against[0].grounds",
        "dislike",
    ),
    ("panel that could never sit", put("appeal.against.0.bodies", 4), "appeal.against[0]", "panel"),
    ("retention twice", twice("retention.rules"), "retention.rules[9].key", "twice"),
    ("retention with no end", put("retention.rules.0.then", "keep"), "retention.rules[0].then", "purge"),
    ("no minutes for a second factor", put("second_factor.fresh_minutes", 0), "second_factor.fresh_minutes", "greater"),
]


@pytest.mark.parametrize(("change", "where", "word"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_document_is_refused_with_place_and_advice(change: Change, where: str, word: str) -> None:
    doc = document()
    change(doc)
    found = problems(doc)
    assert any(where in place and word in what for place, what in found), found


def test_every_fault_of_shape_is_named_at_once() -> None:
    doc = document()
    del doc["meta"]["title"]
    doc["quorum"]["initial"]["standard"]["signatures"] = "two"
    doc["surprise"] = 1
    assert {where for where, _what in problems(doc)} == {
        "meta.title",
        "quorum.initial.standard.signatures",
        "surprise",
    }


def test_every_dangling_reference_is_named_at_once() -> None:
    doc = document()
    question(doc, "foreign_control_detail")["when"]["question"] = "nowhere"
    doc["scope"]["needed"][0]["safeguards"] = ["prayer"]
    doc["appeal"]["against"][0]["grounds"] = ["dislike"]
    assert len(problems(doc)) == 3


@pytest.mark.parametrize("kind", APPEALABLE)
def test_what_can_be_appealed_against_is_said_of_every_kind_of_decision(kind: str) -> None:
    """Letters promise a day, and the deed looks it up."""
    doc = document()
    doc["appeal"]["against"] = [item for item in doc["appeal"]["against"] if item["key"] != kind]
    assert [(where, kind in what) for where, what in problems(doc)] == [("appeal.against", True)]


def test_conditions_cannot_form_a_circle() -> None:
    doc = document()
    question(doc, "foreign_control")["when"] = {"question": "foreign_control_detail", "answered": True}
    assert any("Ask that one first" in what for _where, what in problems(doc))


def test_a_condition_that_nobody_could_explain_is_refused() -> None:
    doc = document()
    condition: dict[str, Any] = {"question": "legal_name", "answered": True}
    for _level in range(15):
        condition = {"not": condition}
    question(doc, "faculty")["when"] = condition
    assert any("deep" in what for _where, what in problems(doc))


def test_a_document_survives_writing_and_reading() -> None:
    rules = founding_rules()
    assert parse(rules.dump()) == rules
    assert read(yaml.safe_dump(rules.dump(), allow_unicode=True, sort_keys=False)).digest() == rules.digest()


def test_the_digest_does_not_depend_on_the_order_of_writing() -> None:
    def backwards(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: backwards(value[key]) for key in reversed(value)}
        return [backwards(item) for item in value] if isinstance(value, list) else value

    assert parse(backwards(document())).digest() == founding_rules().digest()


def test_the_digest_changes_with_any_rule() -> None:
    doc = document()
    doc["enforcement"]["emergency"]["confirm_hours"] = 71
    assert parse(doc).digest() != founding_rules().digest()


def test_a_document_cannot_be_changed_once_read() -> None:
    rules = founding_rules()
    with pytest.raises(ValueError, match="frozen"):
        rules.qualification.renewal_lead_days = 1
    with pytest.raises(ValueError, match="frozen"):
        rules.quorum.initial.high.signatures = 1


# --- the file ---------------------------------------------------------------------------------------


def file_problems(text: str) -> list[str]:
    with pytest.raises(RulebookError) as error:
        read(text)
    return [str(problem) for problem in error.value.problems]


def test_a_fault_names_its_line_in_the_file() -> None:
    text = FOUNDING.read_text(encoding="utf-8")
    lines = text.splitlines()
    number = next(index for index, line in enumerate(lines, start=1) if "confirm_hours" in line)
    broken = text.replace("confirm_hours: 72", "confirm_hours: soon")
    assert file_problems(broken)[0].startswith(f"line {number}: enforcement.emergency.confirm_hours")


def test_a_dangling_reference_names_its_line_in_the_file() -> None:
    text = FOUNDING.read_text(encoding="utf-8")
    broken = text.replace(
        "when: {question: legal_owner_type, in: [private, mixed]}", "when: {question: owner, answered: true}"
    )
    number = next(index for index, line in enumerate(broken.splitlines(), start=1) if "question: owner," in line)
    where = f"line {number}: questionnaire.sections[1].questions[1].when"
    assert file_problems(broken) == [f"{where}: There is no question “owner”. Did you mean “owners”?"]


def test_a_key_written_twice_is_refused() -> None:
    assert "written twice" in file_problems("meta: {}\nmeta: {}\n")[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "just words",
        "a: [1, 2",
        "a: !!python/object/apply:os.system ['true']",
        "a: &x [*x]",
        "? [complex, key]\n: 1",
        "a: \x00",
        "42",
        "x" * (MAX_BYTES + 1),
        "[" * 5000,
    ],
    ids=["empty", "list", "words", "unclosed", "object", "endless", "complex key", "nul", "number", "huge", "deep"],
)
def test_what_is_no_rulebook_is_refused_with_a_sentence(text: str) -> None:
    assert file_problems(text)


def test_norway_is_a_country_and_yes_is_a_word() -> None:
    rules = founding_rules()
    assert "NO" in {item.country for item in rules.eligibility.jurisdictions}
    text = FOUNDING.read_text(encoding="utf-8").replace("equals: true}", "equals: yes}", 1)
    assert any("'yes' can never be its answer" in problem for problem in file_problems(text))


# --- room for the deadline rules of several jurisdictions -------------------------------------------


def days(amount: int) -> dict[str, Any]:
    return {"amount": amount, "unit": "days"}


DEADLINES: list[dict[str, Any]] = [
    {
        "key": "eu_ai_act",
        "title": "Serious incident, EU AI Act",
        "recipient": "provider",
        "source": "Regulation (EU) 2024/1689, Article 73",
        "applies": {"countries": ["FR", "DE"], "duty_of": ["provider"]},
        "steps": [
            {"key": "report", "label": "Report", "starts": "causal_link"},
            {"key": "latest", "label": "At the latest", "starts": "aware", "length": days(15)},
            {
                "key": "disruption",
                "label": "Disruption",
                "starts": "aware",
                "length": days(2),
                "applies": {"harms": ["infrastructure"]},
            },
            {"key": "death", "label": "Death", "starts": "aware", "length": days(10), "applies": {"harms": ["death"]}},
        ],
    },
    {
        "key": "gpai_code",
        "title": "Serious incident, code of practice",
        "recipient": "provider",
        "source": "General-Purpose AI Code of Practice, Safety and Security chapter, commitment 9",
        "steps": [
            {"key": "first", "label": "First report", "starts": "aware", "length": days(5)},
            {
                "key": "update",
                "label": "Update",
                "starts": "step",
                "after": "first",
                "every": {"amount": 4, "unit": "weeks"},
                "until": "resolved",
                "length": {"amount": 4, "unit": "weeks"},
            },
            {"key": "final", "label": "Final report", "starts": "resolved", "length": days(60)},
        ],
    },
    {
        "key": "nis2",
        "title": "Significant incident, NIS2",
        "recipient": "home_authority",
        "source": "Directive (EU) 2022/2555, Article 23(4)",
        "steps": [
            {"key": "early", "label": "Early warning", "starts": "aware", "length": {"amount": 24, "unit": "hours"}},
            {
                "key": "notification",
                "label": "Notification",
                "starts": "aware",
                "length": {"amount": 72, "unit": "hours"},
            },
            {
                "key": "final",
                "label": "Final report",
                "starts": "step",
                "after": "notification",
                "length": {"amount": 1, "unit": "months"},
            },
        ],
    },
    {
        "key": "sb53",
        "title": "Critical safety incident, California",
        "recipient": "home_authority",
        "source": "California Business and Professions Code, section 22757.13",
        "applies": {"countries": ["US"], "duty_of": ["provider"]},
        "steps": [
            {"key": "report", "label": "Report", "starts": "aware", "length": days(15)},
            {
                "key": "imminent",
                "label": "Imminent risk",
                "starts": "aware",
                "length": {"amount": 24, "unit": "hours"},
                "applies": {"harms": ["death"]},
            },
        ],
    },
]


@pytest.mark.parametrize("rule", DEADLINES, ids=[rule["key"] for rule in DEADLINES])
def test_the_deadlines_of_other_laws_fit_the_shape(rule: dict[str, Any]) -> None:
    doc = document()
    doc["incidents"]["deadlines"].append({**rule, "key": f"our_{rule['key']}"})
    kept = parse(doc).incidents.deadlines[-1]
    assert [step.key for step in kept.steps] == [step["key"] for step in rule["steps"]]
    assert kept.source


def test_a_duration_reads_as_a_person_says_it() -> None:
    assert str(Duration(amount=1, unit="working_days")) == "1 working day"
    assert str(Duration(amount=24, unit="hours")) == "24 hours"


def test_a_circumstance_opens_sections_that_there_are() -> None:
    changed = document()
    put("qualification.circumstances.0.sections", ["ownershp"])(changed)
    where = "qualification.circumstances[0].sections[0]"
    assert problems(changed) == [(where, "There is no section “ownershp”. Did you mean “ownership”?")]
