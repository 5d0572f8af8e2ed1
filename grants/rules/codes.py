"""Every reason code that an answer at the gate can carry. Gateways rest on them: none changes its meaning, ever."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One code: what it means, who can change the answer, and what `changes_on` tells with it ("": nothing)."""

    slug: str
    meaning: str
    who: str
    changes_on: str = ""


LAPSE = "when the hold lapses unless another authority confirms it"
CODES: dict[str, Code] = {
    item.slug: item
    for item in (
        Code("permitted", "A line covers the use. The obligations have to be applied.", "–", "the last day of it"),
        Code("malformed", "This item of a batch is no question.", "the gateway"),
        Code("resource_type_unknown", "The resource is not of type `model_release`.", "the gateway"),
        Code("subject_type_unknown", "The subject is no partner, person or workload.", "the gateway"),
        Code("release_unknown", "The asking provider has no such release.", "the gateway"),
        Code("person_not_named", "No partner with a line on your models has named this person.", "the partner"),
        Code("partner_unknown", "No partner of that name, or no environment that the workload is.", "the gateway"),
        Code("partner_not_qualified", "The partner's qualification is not in force.", "authorities"),
        Code("partner_held", "All access of the partner is on hold.", "authorities", LAPSE),
        Code("person_removed", "An authority removed the person from the scheme.", "authorities"),
        Code("person_left", "The partner ended the person's access.", "the partner"),
        Code("person_account_ended", "The person's account with the partner has ended.", "the partner"),
        Code("person_identity_missing", "The person's identity was never checked.", "the partner"),
        Code("person_identity_lapsed", "The check of the person's identity has run out.", "the partner"),
        Code("person_background_missing", "The person's background was never checked.", "the partner"),
        Code("person_background_lapsed", "The check of the person's background has run out.", "the partner"),
        Code("person_training_missing", "The person was never trained.", "the partner"),
        Code("person_training_lapsed", "The person's training has run out.", "the partner"),
        Code("person_agreement_missing", "The person has not accepted the rules for people.", "the person"),
        Code("person_agreement_outdated", "The rules for people have a new text to accept.", "the person"),
        Code("person_held", "The person is on hold.", "authorities", LAPSE),
        Code("release_not_out", "The release is announced, not released.", "the provider"),
        Code("release_retired", "The release is retired. A new one needs a grant of its own.", "the partner"),
        Code("environment_missing", "The context names no environment.", "the gateway"),
        Code("environment_unknown", "The partner has no such environment.", "the gateway"),
        Code("environment_contradicts", "The workload is another environment than the context names.", "the gateway"),
        Code("environment_not_accredited", "The accreditation is missing, suspended or has run out.", "the partner"),
        Code("environment_held", "The environment is on hold.", "authorities", LAPSE),
        Code("data_class_missing", "The context names no class of data.", "the gateway"),
        Code("not_granted", "The partner was not granted this release.", "the partner"),
        Code("use_case_not_granted", "The release was granted, not this use of it.", "the partner"),
        Code("environment_not_granted", "The use was granted, not in this environment.", "the partner"),
        Code("data_class_not_granted", "The use was granted there, not with this class of data.", "the partner"),
        Code("agreement_not_accepted", "The agreement is not signed by the partner yet.", "the partner"),
        Code("grant_ended", "The grant has expired, was superseded, given back or revoked.", "the partner"),
        Code("line_given_back", "The partner gave this line back.", "the partner"),
        Code("consent_withdrawn", "The provider's notice of withdrawal has run out.", "the provider"),
        Code("access_route_not_granted", "The line is for another access route.", "the gateway"),
        Code("line_ended", "The last day of the line has passed.", "the partner"),
        Code("line_not_started", "The first day of the line has not come.", "nobody", "the first day of the line"),
        Code("person_not_on_line", "The line names people, and not this one.", "the partner"),
        Code("above_limit", "More was asked for than the line allows.", "the gateway"),
        Code(
            "limit_reached", "All that the line allows on one day was reported as used.", "nobody", "the next day (UTC)"
        ),
        Code("grant_held", "The grant is on hold.", "authorities", LAPSE),
        Code("line_held", "The line is on hold.", "authorities", LAPSE),
    )
}  # fmt: skip


def table() -> str:
    """The codes as a table in Markdown, for docs/access.md."""
    rows = ["| code | means | who can change it | `changes_on` |", "|---|---|---|---|"]
    rows += [f"| `{item.slug}` | {item.meaning} | {item.who} | {item.changes_on or '–'} |" for item in CODES.values()]
    return "\n".join(rows) + "\n"
