"""Which fact leads from which stage to which, as the law's state machines draw it (reference 2c).

What that drawing does not have, but the catalogue or an article names, stands apart with its
source. Where one arrow bears two facts (the conclusion and the handing over of the file), the stage
between them is written out; a supplementary investigation is a stage of its own. Which measure
binds an accused stands beside the stages: detained or on bail, they are accused.
"""

from collections.abc import Iterator, Mapping

MEASURED = frozenset({"DETAINED", "ON_MEASURE"})
HANDED_OVER = "offered>received offered>refused offered>withdrawn"
DRAWN: Mapping[str, Mapping[str, str]] = {
    "tip": {
        "TipClassified": "received>in_hand received>linked received>referred",
        "TipTransferred": "received>transferred in_hand>transferred transferred>received "
        "transferred>verifying",
        "TipHandlerAssigned": "in_hand>verifying",
        "TipHandlingSuspended": "verifying>suspended",
        "TipHandlingResumed": "suspended>verifying not_instituted>verifying",
        "TipLedToCase": "verifying>case_instituted",
        "CaseNonInstitutionDecided": "verifying>not_instituted in_hand>not_instituted",
    },
    "case": {
        "CaseTransferred": "BG_INITIAL>INVESTIGATION",
        "ProceedingsSuspended": "INVESTIGATION>INV_SUSPENDED SUPPLEMENTARY>INV_SUSPENDED "
        "PROSECUTION>PROS_SUSPENDED",
        "ProceedingsResumed": "INV_SUSPENDED>INVESTIGATION INV_SUSPENDED>SUPPLEMENTARY "
        "PROS_SUSPENDED>PROSECUTION DISCONTINUED>INVESTIGATION DISCONTINUED>SUPPLEMENTARY",
        "ProceedingsDiscontinued": "INVESTIGATION>DISCONTINUED SUPPLEMENTARY>DISCONTINUED "
        "PROSECUTION>DISCONTINUED",
        "InvestigationConcluded": "INVESTIGATION>CONCLUDED SUPPLEMENTARY>CONCLUDED",
        "CaseFileTransmitted": "CONCLUDED>PROSECUTION INDICTMENT_ISSUED>INDICTED",
        "SupplementaryInvestigationRequested": "PROSECUTION>SUPPLEMENTARY "
        "TRIAL_PREPARATION>SUPPLEMENTARY TRIAL>SUPPLEMENTARY",
        "IndictmentIssued": "PROSECUTION>INDICTMENT_ISSUED",
        "CaseAcceptedByCourt": "INDICTED>TRIAL_PREPARATION REVIEW>TRIAL_PREPARATION "
        "REVIEW>APPEALED",
        "TrialOrdered": "TRIAL_PREPARATION>TRIAL_ORDERED",
        "TrialOpened": "TRIAL_ORDERED>TRIAL",
        "TrialPostponed": "TRIAL>TRIAL_ORDERED",
        "FirstInstanceJudgmentPronounced": "TRIAL>JUDGED",
        "AppealFiled": "JUDGED>APPEALED",
        "ProtestFiled": "JUDGED>APPEALED IN_FORCE>REVIEW",
        "AppellateJudgmentPronounced": "APPEALED>IN_FORCE APPEALED>INVESTIGATION "
        "APPEALED>TRIAL_PREPARATION",
        "JudgmentTookEffect": "JUDGED>IN_FORCE REVIEW>IN_FORCE",
        "SentenceExecutionOrdered": "IN_FORCE>EXECUTION",
    },
    "person": {
        "TemporaryCustodyOrdered": "HELD>CUSTODY",
        "PreventiveMeasureChanged": "HELD>RELEASED CUSTODY>RELEASED",
        "SuspectApprehended": "RELEASED>HELD WANTED>ACCUSED WANTED>DEFENDANT",
        "AccusedProsecutionInstituted": "HELD>ACCUSED_PENDING CUSTODY>ACCUSED_PENDING "
        "RELEASED>ACCUSED_PENDING",
        "AccusedProsecutionReviewed": "ACCUSED_PENDING>ACCUSED ACCUSED_PENDING>RELEASED",
        "WantedNoticeIssued": "ACCUSED>WANTED WANTED>ACCUSED DEFENDANT>WANTED WANTED>DEFENDANT",
        "ProceduralStandingChanged": "ACCUSED>DEFENDANT DEFENDANT>CONVICTED DEFENDANT>ACQUITTED "
        "DEFENDANT>EXEMPT CONVICTED>CONVICT CONVICT>SERVING ACCUSED_PENDING>DISCONTINUED "
        "ACCUSED>DISCONTINUED WANTED>DISCONTINUED DEFENDANT>DISCONTINUED",
    },
    "campaign": {"CampaignConcluded": "launched>concluded"},
    "raid": {"RaidConcluded": "launched>concluded"},
    "border_request": {
        "CrossBorderRequestAnswered": "requested>answered requested>closed answered>closed"
    },
    "suspect_handover": {"SuspectHandedOver": HANDED_OVER},
    "victim_handover": {"VictimHandedOver": HANDED_OVER},
    **{kind: {} for kind in ("rescue", "key_area", "operation", "exchange", "joint_action")},
}
"""Kind → fact → from and to. Of campaigns, raids and what crosses borders 2c draws nothing: these
are the catalogue's (31–35, 98–102)."""
BEYOND: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "tip": (
        (
            "TipTransferred",
            "transferred>in_hand",
            "refused or withdrawn: it is where it was, never with nobody",
        ),
        (
            "TipTransferred",
            "verifying>transferred suspended>transferred",
            "BLTTHS 145(3)(c): handed to the procuracy that has called it in",
        ),
    ),
    "case": (
        ("CasesRegrouped", "INVESTIGATION>JOINED SUPPLEMENTARY>JOINED", "BLTTHS 170"),
        ("CasesRegrouped", "PROSECUTION>JOINED", "BLTTHS 242"),
        (
            "CaseInstitutionChanged",
            "INVESTIGATION>CANCELLED SUPPLEMENTARY>CANCELLED",
            "BLTTHS 158, 161",
        ),
        ("ProceedingsDiscontinued", "CONCLUDED>DISCONTINUED", "BLTTHS 232, 234: as proposed"),
        ("CaseFileTransmitted", "PROSECUTION>INDICTED", "BLTTHS 246: the indictment stands"),
        (
            "CaseTransferred",
            "INDICTED>PROSECUTION TRIAL_PREPARATION>PROSECUTION",
            "BLTTHS 274(1)",
        ),
        ("ProceedingsSuspended", "TRIAL_PREPARATION>TRIAL_SUSPENDED", "BLTTHS 281"),
        ("ProceedingsSuspended", "APPEALED>APPEAL_SUSPENDED", "BLTTHS 281, 347"),
        (
            "ProceedingsResumed",
            "TRIAL_SUSPENDED>TRIAL_PREPARATION APPEAL_SUSPENDED>APPEALED "
            "DISCONTINUED>TRIAL_PREPARATION",
            "BLTTHS 283",
        ),
        ("ProceedingsResumed", "DISCONTINUED>PROSECUTION", "BLTTHS 249"),
        ("ProceedingsDiscontinued", "TRIAL_PREPARATION>DISCONTINUED", "BLTTHS 282"),
        ("ProceedingsDiscontinued", "APPEALED>IN_FORCE", "BLTTHS 348: all was withdrawn"),
        ("AppellateJudgmentPronounced", "APPEALED>DISCONTINUED", "BLTTHS 359"),
        ("JudgmentTookEffect", "APPEALED>IN_FORCE", "BLTTHS 342–343: withdrawn in time"),
        (
            "CaseAcceptedByCourt",
            "JUDGED>APPEALED IN_FORCE>APPEALED EXECUTION>APPEALED",
            "BLTTHS 335: a late appeal is heard",
        ),
        (
            "SupplementaryInvestigationRequested",
            "REVIEW>INVESTIGATION",
            "BLTTHS 391, 396: quashed in review",
        ),
        (
            "AppealFiled",
            "IN_FORCE>APPEALED EXECUTION>APPEALED",
            "BLTTHS 333(3), 343: filed in time, known after the effect was recorded",
        ),
        (
            "ProtestFiled",
            "IN_FORCE>APPEALED EXECUTION>APPEALED",
            "BLTTHS 337, 343: filed in time, known after the effect was recorded",
        ),
        ("ProtestFiled", "EXECUTION>REVIEW", "BLTTHS 377: execution is no bar to review"),
        ("ProtestFiled", "REVIEW>IN_FORCE", "BLTTHS 379: the protest is withdrawn"),
    ),
    "person": (
        (
            "ProceduralStandingChanged",
            "CONVICTED>ACQUITTED CONVICTED>EXEMPT ACQUITTED>CONVICTED ACQUITTED>EXEMPT "
            "EXEMPT>CONVICTED EXEMPT>ACQUITTED CONVICT>CONVICTED CONVICT>ACQUITTED CONVICT>EXEMPT "
            "SERVING>CONVICTED SERVING>ACQUITTED SERVING>EXEMPT",
            "BLTTHS 355, 388: another outcome on appeal or after a review",
        ),
        (
            "ProceduralStandingChanged",
            "DEFENDANT>ACCUSED CONVICTED>ACCUSED ACQUITTED>ACCUSED EXEMPT>ACCUSED "
            "CONVICT>ACCUSED SERVING>ACCUSED DISCONTINUED>ACCUSED",
            "BLTTHS 60, 230(3), 235, 280, 355: returned, quashed or resumed",
        ),
        (
            "ProceduralStandingChanged",
            "CONVICTED>DISCONTINUED ACQUITTED>DISCONTINUED EXEMPT>DISCONTINUED "
            "CONVICT>DISCONTINUED SERVING>DISCONTINUED",
            "BLTTHS 359",
        ),
        (
            "WantedNoticeIssued",
            "CONVICTED>WANTED CONVICT>WANTED WANTED>CONVICTED WANTED>CONVICT",
            "BLTTHS 231: who flees is sought, and is then what they were",
        ),
        ("SuspectApprehended", "WANTED>CONVICTED WANTED>CONVICT", "BLTTHS 112"),
    ),
}
"""Kind → fact, from and to, and by what."""


def ways(kind: str) -> frozenset[tuple[str, str, str]]:
    """Every fact of a kind of thing that leads from one stage to another."""
    return frozenset(_ways(kind))


def _ways(kind: str) -> Iterator[tuple[str, str, str]]:
    beyond = [(fact, pairs) for fact, pairs, _ in BEYOND.get(kind, ())]
    for fact, pairs in (*DRAWN[kind].items(), *beyond):
        for pair in pairs.split():
            before, _, after = pair.partition(">")
            yield fact, before, after


def drawn_as(stage: str) -> str:
    """The stage of the drawing."""
    return "ACCUSED" if stage in MEASURED else stage
