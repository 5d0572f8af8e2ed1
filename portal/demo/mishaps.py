"""The words of incidents: what happened, what was done, why it happened, and what was learned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mishap:
    """One incident: `hours` before the present it is reported, and the state that it has reached today."""

    hours: int
    reported: str
    severity: str
    kind: str
    title: str
    description: str
    update: str = ""
    contained: str = ""
    cause: str = ""
    lessons: str = ""
    ends: str = "closed"
    follow_up: str = "none"
    """Where its lessons go when it is closed: a value of audits.models.FollowUp."""
    hold: bool = False
    harms: tuple[str, ...] = ()
    """By which the laws of several countries bring deadlines of their own."""


MISHAPS = {
    "credential": Mishap(
        150 * 24,
        "high",
        "high",
        "credential",
        "A gateway credential was in a public repository for six hours",
        "A script with the credential of our evaluation project was pushed to a public repository at 09:12 and "
        "noticed at 15:20 by our own scan. The log shows no request from an address that is not ours.",
        "The credential was replaced at 15:41. The provider has searched its logs from its side and agrees: no "
        "foreign use.",
        "The credential is void, and the repository and its copies at two mirrors are gone.",
        "The script read the credential from a file beside it, and the scan ran nightly instead of before each push.",
        "Credentials come from the vault only; the scan now refuses the push. We tell this story to every new "
        "colleague.",
    ),
    "unauthorised_use": Mishap(
        95 * 24,
        "moderate",
        "high",
        "unauthorised_use",
        "A release was used for a purpose that its line does not cover",
        "Over four days, 2,310 requests of a consultancy project went through the evaluation environment. The person "
        "believed that the grant covered all projects of the house. Our weekly review of samples found it.",
        "All requests of the project are identified; none touched a hazardous field. The person no longer has access.",
        "The environment accepts requests only with a project number from the grant.",
        "The proxy checked the person and the limit, but not the project. The training did not say it plainly.",
        "The project is part of each request now, and the first page of the training says what a line is.",
    ),
    "account": Mishap(
        70 * 24,
        "low",
        "moderate",
        "unauthorised_use",
        "An account worked on for three weeks after its owner had left",
        "A colleague left on the first of the month. The account was to end on the same day, and sent 44 requests of a "
        "test that ran by itself until it was noticed. Nobody signed in with it.",
        "The test runs under an account of its own now, and the requests are identified: all of them belong to it.",
        "The account is closed, and so are two others that nobody used any more.",
        "Personnel tells the help desk of those who leave, and nobody told the project.",
        "Accounts end with the contract by themselves. Whether they do is for somebody else to see.",
        follow_up="finding",
    ),
    "model_behaviour": Mishap(
        20,
        "low",
        "low",
        "model_behaviour",
        "The model claimed to have run a tool that was switched off",
        "In 14 of 900 runs the model reported results of a tool that was not available to it. Nothing left the "
        "environment. We report it because the pattern is new to us and may matter to others.",
        ends="reported",
    ),
    "safeguard_failure": Mishap(
        64 * 24,
        "moderate",
        "moderate",
        "safeguard_failure",
        "The content filter was out of operation for a morning",
        "After an update the filter answered “pass” to everything between 07:50 and 11:35. 1,204 exchanges went "
        "through unfiltered. A second person has read all of them since; three should have been stopped.",
        "The three transcripts are with the provider. The filter refuses everything now when it cannot load its rules.",
        "The filter is back, and fails closed.",
        "A missing file made the filter start with an empty set of rules, and nothing tested that it stops anything.",
        "A known bad prompt is sent every five minutes, and an alarm is raised when it passes.",
    ),
    "hazardous_output": Mishap(
        11 * 24,
        "high",
        "high",
        "hazardous_output",
        "Answers above level three in the graded series",
        "In the weekly series two answers were graded above level three: they contained detail that is not in "
        "textbooks. Both were encrypted to the two officers within the hour, and the provider's duty team was called.",
        "The provider has reproduced one of the two and is working on it. The series stands still until then.",
        "The series is stopped; the answers exist in two encrypted copies, with two people.",
        ends="contained",
    ),
    "extraction": Mishap(
        215 * 24,
        "high",
        "critical",
        "extraction",
        "Systematic collection of outputs by a member of staff",
        "Our log review found 410,000 requests over three weeks from one account, spread so that no daily limit was "
        "passed. The outputs were stored outside the environment. The person says that they were meant to train a "
        "smaller model.",
        "Access of the whole group was ended by us the same day. The storage was sealed by our legal department.",
        "The outputs are sealed and the account is closed. Nothing shows that they were passed on.",
        "One person could both send requests and export files, and limits were set by day only.",
        "Exports need a second person. Limits also count by month. We accept that trust has to be earned again.",
    ),
    "critical_leak": Mishap(
        19,
        "critical",
        "critical",
        "leak",
        "Transcripts with hazardous content sent to a wrong address",
        "At 10:05 an archive with 38 transcripts of a red-teaming campaign was sent to an outside distribution list "
        "with about sixty readers. Twelve transcripts show how a safeguard can be passed. The list's owner has been "
        "asked to delete the message; eleven readers have confirmed so far.",
        "Forty-one of sixty readers have confirmed deletion. The provider is blocking the technique at its gateway.",
        ends="triaged",
        hold=True,
    ),
    "weights": Mishap(
        45,
        "high",
        "high",
        "extraction",
        "A job read more of a model’s memory than its tests need",
        "A test job on the shared machine read memory that belongs to the serving process. Part of what it read may be "
        "parameters of the model. The job ran for nineteen minutes and wrote to a disk inside the environment.",
        "The disk is sealed. The provider’s specialists are reading the dump with us; so far nothing shows that a copy "
        "left the environment.",
        ends="triaged",
        harms=("cybersecurity",),
    ),
    "false_alarm": Mishap(
        48 * 24,
        "high",
        "high",
        "credential",
        "Requests from an unknown address",
        "The gateway's report shows 320 requests under our credential from an address that we do not know. We have "
        "replaced the credential as a precaution.",
        "The address belongs to the new connection of our second building; the list had not been updated.",
        ends="unfounded",
    ),
    "duplicate": Mishap(
        30 * 24,
        "moderate",
        "moderate",
        "safeguard_failure",
        "Rate limits were not enforced for two days",
        "After the move to another proxy, limits for each person were not enforced on Monday and Tuesday. The "
        "highest use of a person was 1.4 times the limit.",
        "Limits are enforced since Wednesday 08:00, and a test checks it each night.",
        "The setting is corrected and tested.",
        "The new proxy reads limits from another file, and the old name was silently ignored.",
        "Settings are checked at start; an unknown name stops the proxy.",
    ),
    "personal_data": Mishap(
        140 * 24,
        "moderate",
        "moderate",
        "personal_data",
        "A synthetic record turned out to be a real one",
        "A reader of our sample recognised a case: the set that we had been given as synthetic contained at least "
        "one record copied from a real file. All runs with the set were stopped within the hour.",
        "The supplier confirms eleven real records. The data protection authority was told, and the set is destroyed.",
        "No run uses the set any more. Answers that contain parts of it were found and destroyed.",
        "The supplier's check compared names only. We had relied on its statement.",
        "We test each set for real records ourselves before its first use.",
    ),
    "resolved": Mishap(
        25 * 24,
        "moderate",
        "moderate",
        "model_behaviour",
        "An agent wrote outside its working folder",
        "During a run with tools the model wrote a file to a folder that its instructions had not named. The folder "
        "was inside the sandbox; nothing outside was touched.",
        "Reproduced in 6 of 200 runs. The provider has the traces.",
        "The sandbox now refuses writes outside the working folder.",
        "The sandbox allowed writes to the whole volume. The model followed a path that stood in a document it had "
        "read.",
        "Least rights for tools as well as for people. The document is part of the test set now.",
        ends="resolved",
    ),
}
DUPLICATE = (
    "Limits for each person missing on Monday",
    (
        "A colleague reports from the log that limits were not applied on Monday. Possibly the same as our report of "
        "this morning."
    ),
)
FILED = "As reported. What is new stands in the updates of today; the cause is known and the measures are in place."
TRIAGED = "Severity as the rulebook describes it. The partner is cooperating and has named a contact for nights."
STOP = "Twelve of the transcripts show how a safeguard can be passed. Until they are recalled, no further use."
LIFTED_WHEN = "All readers have confirmed deletion, and exports pass a second person."
HOLDS = {
    "confirmed": (
        26,
        "Use from an environment whose isolation could not be shown when an auditor asked for it.",
        "The rule set of the firewall is shown to an auditor, and a test from inside finds no other way out.",
        "",
    ),
    "lifted": (
        170,
        "Requests at night from accounts of people on leave; the partner could not explain them at once.",
        "The requests are explained, and each account is tied to a second factor.",
        "The requests came from scheduled runs under personal accounts. They run under a machine's account now.",
    ),
    "lapsed": (
        75,
        "A report in the press said that the partner had sold results. The partner denies it.",
        "The partner shows its contracts of the past year.",
        "",
    ),
}
