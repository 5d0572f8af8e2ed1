"""What institutions want to do, in their own words: the programmes of work that applications describe."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Programme:
    """One line of work: its tier follows from what it touches (rulebook: risk.factors)."""

    tier: str
    title: str
    purposes: tuple[str, ...]
    hazards: tuple[str, ...]
    capability: str
    data: tuple[str, ...]
    text: str
    controls: str = ""
    use_cases: tuple[str, ...] = ("evaluation", "benchmarking")


PROGRAMMES = (
    Programme(
        "standard",
        "Reliability of refusals in smaller languages",
        ("evaluation", "benchmarking"),
        ("none",),
        "advanced",
        ("synthetic", "published"),
        "We measure whether models refuse unsafe instructions as reliably in smaller European languages as they do "
        "in English. A set of 4,200 instruction pairs, written by native speakers and reviewed twice, is run against "
        "each release; we report refusal rates, over-refusal and drift between releases. Providers receive the "
        "aggregate within ten working days and the public administration of our country uses the yearly summary when "
        "it buys systems.",
    ),
    Programme(
        "standard",
        "Factual accuracy in public-service answers",
        ("evaluation",),
        ("none",),
        "advanced",
        ("published", "internal"),
        "Public services are beginning to answer citizens with the help of language models. We build question sets "
        "from statutes and official guidance, with answers agreed by two caseworkers, and measure how often a model "
        "is wrong, how often it says that it does not know, and whether it cites the right paragraph. When an error "
        "rate exceeds the threshold that we publish beforehand, we advise the ministry against use for that service.",
        use_cases=("evaluation",),
    ),
    Programme(
        "standard",
        "Robustness of code assistants in safety-related software",
        ("evaluation", "benchmarking"),
        ("none",),
        "advanced",
        ("synthetic", "published"),
        "We assess how code assistants behave on safety-related embedded software: whether they keep stated "
        "invariants, whether they invent interfaces, and how their mistakes are found by ordinary review. The corpus "
        "is synthetic, so that no operator's code is exposed. Results go to the standards committee for functional "
        "safety and, ahead of publication, to the provider of the model.",
    ),
    Programme(
        "standard",
        "Consistency of clinical summaries on synthetic records",
        ("evaluation", "safety_research"),
        ("none",),
        "advanced",
        ("synthetic",),
        "Using synthetic patient records only, we examine whether models omit contraindications when they summarise "
        "long records, and whether prompts that clinicians actually write make omissions more likely. A panel of six "
        "physicians grades a stratified sample blind. The results inform the national guidance on documentation "
        "tools; no model is used in care under this programme.",
        use_cases=("evaluation", "safety_research"),
    ),
    Programme(
        "elevated",
        "Assistance to cyber attackers: how much do models add?",
        ("evaluation", "red_teaming", "safety_research"),
        ("cyber",),
        "advanced",
        ("synthetic", "published"),
        "We estimate the uplift that models give to attackers of different skill on isolated cyber ranges: time to "
        "first foothold, success at privilege escalation, and quality of generated exploits against software with "
        "known, patched flaws. A control group works without a model. When uplift for novices passes the level that "
        "we agreed with the national cyber security centre, testing stops and the provider is told the same day.",
        "Raw outputs stay on the isolated range. Two named people see them; working exploits are destroyed after "
        "grading, and only rates and severities leave the range, after a second person has checked them.",
        use_cases=("red_teaming", "evaluation"),
    ),
    Programme(
        "elevated",
        "Persuasion and manipulation in multi-turn dialogue",
        ("evaluation", "red_teaming", "safety_research"),
        ("influence",),
        "frontier",
        ("synthetic",),
        "We test whether models pursue a covert aim over many turns when an operator's instructions conflict with "
        "the interest of the person they talk to. Simulated users stand in for people; a small pre-registered study "
        "with informed volunteers follows only if the ethics board agrees. We want to know at which capability level "
        "today's mitigations stop working, and tell providers before we tell anybody else.",
        "Transcripts that show an effective manipulation are held back and shared with the provider and the "
        "authority only. Publication is decided by a board with an outside member.",
        use_cases=("red_teaming", "safety_research"),
    ),
    Programme(
        "elevated",
        "Loss of control: sandbagging and covert goals",
        ("evaluation", "safety_research"),
        ("autonomy",),
        "frontier",
        ("synthetic",),
        "The programme looks for signs that a model hides what it can do during evaluation. We compare performance "
        "with and without cues that a test is under way, fit elicitation curves, and examine reasoning traces for "
        "planning that is not disclosed. A finding that replicates in two environments leads to a joint session with "
        "the provider; our stopping rule is a confirmed attempt to leave the sandbox.",
        "The sandbox has no route to the internet but the provider's gateway. Traces are reviewed by two people; "
        "nothing is exported without the check of the second.",
        use_cases=("evaluation", "safety_research"),
    ),
    Programme(
        "elevated",
        "Pre-release assessment of tool use",
        ("evaluation", "red_teaming"),
        ("autonomy", "cyber"),
        "frontier",
        ("synthetic", "internal"),
        "Before release we assess how a model behaves with tools: whether it stays within the permissions it was "
        "given, whether it discloses failures, and how it reacts to instructions hidden in the material it reads. "
        "Eleven task families with graded difficulty are run nightly; regressions are reported to the provider "
        "within two working days. The authority receives a summary that it can use when it decides on wider access.",
        "Task material with working injections is stored encrypted and never leaves the laboratory. Providers get it "
        "on a separate channel, after legal review.",
        use_cases=("evaluation", "red_teaming"),
    ),
    Programme(
        "high",
        "Biological misuse: uplift for trained and untrained people",
        ("evaluation", "red_teaming"),
        ("biology",),
        "frontier",
        ("synthetic",),
        "With questions written by a vetted panel we measure whether a model gives knowledge towards acquiring or "
        "enhancing dangerous agents that is not in textbooks. No laboratory work is done and no sequence is "
        "synthesised. Answers are graded on a scale agreed with the biosecurity authority; any answer above level "
        "three is reported to the provider and the authority within four hours and is not stored in plain form.",
        "Graders hold a government clearance and work in a room without devices. Answers above level two are "
        "encrypted to two officers; publications name no agent, no technique and no figure from which one could be "
        "inferred.",
        use_cases=("evaluation", "red_teaming"),
    ),
    Programme(
        "high",
        "Chemical hazards: refusals under pressure",
        ("evaluation", "red_teaming"),
        ("chemistry",),
        "frontier",
        ("synthetic",),
        "We test whether refusals on precursors and synthesis routes hold under paraphrase, translation, role play "
        "and decomposition into harmless-looking steps. The prompts are classified and stay in our vault. For each "
        "release we give the provider the rate of failure per technique and three worked examples, so that "
        "mitigations can be trained, and repeat the series after the fix.",
        "The prompt set is classified. Only graders with clearance read answers; failures are reduced to a technique "
        "and a severity before anyone else sees them.",
        use_cases=("evaluation", "red_teaming"),
    ),
)


def programme_for(tier: str, number: int) -> Programme:
    """One of the tier's programmes, in turn."""
    fitting = [item for item in PROGRAMMES if item.tier == tier]
    return fitting[number % len(fitting)]
