"""What facts of cases and persons do to periods: a second reading of the rows, fact by fact."""

from datetime import date
from fractions import Fraction
from typing import Any

from tests.deadlines.second_days import Long, here, midnight
from tests.deadlines.second_model import GRAVITY, HALVED, JUVENILE_SINCE, Grant, Said
from tests.deadlines.second_rules import Replay, day, moment

INVESTIGATING = ("INV", "INV-RESUMED", "INV-SUPP-VKS", "INV-SUPP-COURT")
DETAINED = ("DET", "DET-PROS", "DET-TRIAL", "DET-AFTER-JUDGMENT")
HELD = ("CUSTODY", "CUSTODY-EXT-APPROVE")


class Everything(Replay):
    """With cases and whoever is accused in them."""

    def case_prosecution_instituted(self, fact: Said) -> None:
        case = fact.about("case")
        self.told[case] |= {"class": fact.severity_class, "persons": {}, "juvenile": fact.juvenile}
        self.told[case] |= {"since": here(fact.at)}
        border = fact.by_kind in ("BDBP", "CSB")
        if border and fact.investigates == "whole":
            self.open("CASE-BG-MINOR", fact, case)
        if border and fact.investigates == "initial":
            self.open("CASE-BG-TRANSFER", fact, case)
        self._long("INV", fact, case)

    def _class(self, case: str) -> str:
        """The gravest of its own and of its accused."""
        charges: list[str] = [self.told[case]["class"], *self.told[case]["persons"].values()]
        return max(charges, key=GRAVITY.index)

    def _long(self, rule: str, fact: Said, case: str, **more: Any) -> None:
        """With its half beside it, in a juvenile's case that began under that law."""
        severity = self._class(case)
        self.open(rule, fact, case, severity=severity, **more)
        young = self.told[case]["juvenile"] and self.told[case]["since"] >= JUVENILE_SINCE
        if young and rule in HALVED:
            half: dict[str, Any] = {"part": rule, "severity": severity, "share": Fraction(1, 2)}
            self.open("JUV-PERIODS", fact, case, **half, **more)

    def case_institution_changed(self, fact: Said) -> None:
        case = fact.about("case")
        self.told[case]["class"] = fact.class_after
        self._recount(fact, case)

    def _recount(self, fact: Said, case: str) -> None:
        self.recount(fact, case, self._class(case), "INV", "INV-RESUMED", "PROS", "TRIAL-PREP")

    def case_transferred(self, fact: Said) -> None:
        case = fact.about("case")
        match fact.step:
            case "offered":
                self.meet(fact, case, "CASE-BG-TRANSFER")
            case "withdrawn":
                self.take_back(fact, case)
            case "received":
                self.close(fact, case, "CASE-BG-MINOR")
                if fact.stage == "investigation":
                    self.pass_on(fact, case, fact.to, *INVESTIGATING)
                else:
                    self.close(fact, case, "PROS")
                    self._long("PROS", fact, case, bound=[fact.to])

    def proceedings_period_extended(self, fact: Said) -> None:
        if fact.granted:
            long = Long(**fact.length) if fact.length else None
            self.grant(fact, fact.about("case"), fact.rule, Grant(long, None))

    def proceedings_suspended(self, fact: Said) -> None:
        case = fact.about("case")
        over = {"investigation": INVESTIGATING[:2], "prosecution": ["PROS"]}
        self.meet(fact, case, *(over | {"trial": ["TRIAL-PREP"]})[fact.stage])
        if fact.stage == "investigation":
            self.close(fact, case, "INV-SUPP-VKS", "INV-SUPP-COURT", "CASE-BG-MINOR")

    def proceedings_discontinued(self, fact: Said) -> None:
        self.proceedings_suspended(fact)
        self.close(fact, fact.about("case"), "DET-ORDER-APPROVE")
        if fact.stage == "investigation":
            self.close(fact, fact.about("case"), "INV-CONCL-DELIVER")

    def proceedings_resumed(self, fact: Said) -> None:
        case = fact.about("case")
        if fact.stage in ("investigation", "prosecution"):
            self._long("INV-RESUMED" if fact.stage == "investigation" else "PROS", fact, case)

    def investigation_concluded(self, fact: Said) -> None:
        case = fact.about("case")
        self.meet(fact, case, "INV", "INV-RESUMED", "DET", "JUV-DETENTION")
        if fact.kind == "supplementary":
            self.meet(fact, case, "INV-SUPP-VKS", "INV-SUPP-COURT")
        self.open("INV-CONCL-DELIVER", fact, case)

    def case_file_transmitted(self, fact: Said) -> None:
        case = fact.about("case")
        match fact.step:
            case "offered":
                self._file_leaves(fact, case)
            case "withdrawn":
                gone = {each.subject for each in self.of(case, "DET-PROS")} - {*self.detained}
                self.take_back(fact, case, gone)
            case "received":
                self._file_comes(fact, case)

    def _file_leaves(self, fact: Said, case: str) -> None:
        if fact.to == "VKS":
            self.meet(fact, case, "INV-CONCL-DELIVER", "CASE-BG-MINOR")
        if fact.to == "COURT":
            self.meet(fact, case, "PROS-FILE-COURT", "DET-PROS")

    def _file_comes(self, fact: Said, case: str) -> None:
        from_court = fact.sender.startswith("TAND")
        if fact.to == "VKS":
            self.meet(fact, case, "TRIAL-RETURN-SEND")
            if fact.stage == "investigation" and not from_court:
                self._long("PROS", fact, case, bound=[fact.receiver])
                self._for_detained("DET-PROS", fact, case, [fact.receiver])
        if fact.to == "CQDT":
            by_court = self.told[case].get("returned") != "VKS"
            rule = "INV-SUPP-COURT" if by_court else "INV-SUPP-VKS"
            self.open(rule, fact, case, bound=[fact.receiver])
        if fact.to == "COURT" and fact.kind == "after_supplement":
            self.open("TRIAL-PREP-AFTER-SUPP", fact, case)

    def supplementary_investigation_requested(self, fact: Said) -> None:
        case = fact.about("case")
        self.told[case]["returned"] = fact.by_kind
        if fact.by_kind == "VKS":
            self.meet(fact, case, "PROS")
            self.close(fact, case, "DET-PROS")
        else:
            self.meet(fact, case, "TRIAL-PREP")
            self.close(fact, case, "DET-TRIAL")
            self.open("TRIAL-RETURN-SEND", fact, case)

    def indictment_issued(self, fact: Said) -> None:
        self.meet(fact, fact.about("case"), "PROS")
        self.open("PROS-FILE-COURT", fact, fact.about("case"))

    def case_accepted_by_court(self, fact: Said) -> None:
        case = fact.about("case")
        self._long("TRIAL-PREP", fact, case)
        self._for_detained("DET-TRIAL", fact, case)
        if fact.judge is None:
            self.open("TRIAL-ASSIGN-JUDGE", fact, case)

    def trial_ordered(self, fact: Said) -> None:
        case = fact.about("case")
        self.meet(fact, case, "TRIAL-PREP", "TRIAL-PREP-AFTER-SUPP")
        self.close(fact, case, "TRIAL-ASSIGN-JUDGE")
        self.open("TRIAL-OPEN", fact, case)

    def trial_opened(self, fact: Said) -> None:
        case = fact.about("case")
        if fact.step == "opened":
            self.meet(fact, case, "TRIAL-OPEN", "TRIAL-POSTPONE", "DET-TRIAL")
        else:
            self.open("TRIAL-DELIB", fact, case)

    def trial_postponed(self, fact: Said) -> None:
        case = fact.about("case")
        self.close(fact, case, "TRIAL-OPEN", "TRIAL-POSTPONE")
        self.open("TRIAL-POSTPONE", fact, case)

    def first_instance_judgment_pronounced(self, fact: Said) -> None:
        case = fact.about("case")
        self.meet(fact, case, "TRIAL-DELIB")
        self.open("JUDG-DELIVER", fact, case)
        self.open("APPEAL", fact, case, bound=[])
        for level in ("SAME_LEVEL", "SUPERIOR"):
            self.open("PROTEST", fact, case, part=level, level=level, bound=[])
        self.open("EFFECT-FIRST", fact, case, level="SUPERIOR_PROTEST_PERIOD", bound=[])
        self._for_detained("DET-AFTER-JUDGMENT", fact, case)

    def judgment_delivered(self, fact: Said) -> None:
        case = fact.about("case")
        self.meet(fact, case, "JUDG-DELIVER")
        if fact.absent_party:
            self.open("APPEAL", fact, case, key=fact.recipient or "", bound=[])

    def appeal_filed(self, fact: Said) -> None:
        case = fact.about("case")
        self.meet(fact, case, "APPEAL", key=fact.appellant)
        if not fact.late:
            self.close(fact, case, "EFFECT-FIRST")

    def protest_filed(self, fact: Said) -> None:
        case = fact.about("case")
        part = {"same": "SAME_LEVEL", "superior": "SUPERIOR"}[fact.level]
        self.meet(fact, case, "PROTEST", part=part)
        if not fact.late:
            self.close(fact, case, "EFFECT-FIRST")

    def judgment_took_effect(self, fact: Said) -> None:
        case = fact.about("case")
        self.meet(fact, case, "EFFECT-FIRST")
        self.close(fact, case, "APPEAL", "PROTEST")

    # Persons.

    def _for_detained(
        self, rule: str, fact: Said, case: str, bound: list[str] | None = None
    ) -> None:
        for person, order in self.detained.items():
            if order.about("case") == case:
                severity = self.told[case]["persons"].get(person, self._class(case))
                self.open(rule, fact, person, case=case, severity=severity, bound=bound)

    def suspect_apprehended(self, fact: Said) -> None:
        if fact.kind == "emergency":
            self.open("ACC-EMERGENCY", fact, fact.about("person"))

    def temporary_custody_ordered(self, fact: Said) -> None:
        person = fact.about("person")
        self.meet(fact, person, "ACC-EMERGENCY")
        more: dict[str, Any] = {"since": moment(fact.since), "order_ends": moment(fact.to)}
        self.open("CUSTODY", fact, person, case=fact.about("case"), **more)

    def temporary_custody_extended(self, fact: Said) -> None:
        person = fact.about("person")
        if fact.stage == "requested":
            self.open("CUSTODY-EXT-APPROVE", fact, person, bound=[fact.sent_to])
            return
        self.meet(fact, person, "CUSTODY-EXT-APPROVE")
        if fact.granted:
            self.grant(fact, person, "CUSTODY", Grant(None, moment(fact.to)))

    def accused_prosecution_instituted(self, fact: Said) -> None:
        self.told[fact.about("case")]["persons"][fact.about("person")] = fact.severity_class
        self._recount(fact, fact.about("case"))

    def temporary_detention_ordered(self, fact: Said) -> None:
        person, case = fact.about("person"), fact.about("case")
        if fact.step == "requested":
            self.open("DET-ORDER-APPROVE", fact, person, case=case, bound=[fact.sent_to])
            return
        self.meet(fact, person, "DET-ORDER-APPROVE", "CUSTODY")
        self.detained[person] = fact
        if fact.stage != "investigation":
            return
        severity = self.told[case]["persons"].get(person, self.told[case]["class"])
        more: dict[str, Any] = {"since": midnight(date.fromisoformat(fact.since)), "case": case}
        more |= {"order_ends": day(fact.to), "severity": severity}
        self.open("DET", fact, person, **more)
        if fact.juvenile_law:
            self.open("JUV-DETENTION", fact, person, part="DET", share=Fraction(2, 3), **more)

    def temporary_detention_extended(self, fact: Said) -> None:
        long = Long(**fact.length) if fact.length else None
        self.grant(fact, fact.about("person"), "DET", Grant(long, day(fact.to)))

    def accused_prosecution_reviewed(self, fact: Said) -> None:
        person, case = fact.about("person"), fact.about("case")
        if fact.outcome != "cancelled":
            return
        if fact.subject == "institution":
            self.told[case]["persons"].pop(person, None)
            self.close(fact, person, *HELD, "DET-ORDER-APPROVE", *DETAINED[:3])
            self.detained.pop(person, None)
        else:
            self.told[case]["persons"][person] = fact.class_after
            self.recount(fact, person, fact.class_after, "DET", "DET-PROS", "DET-TRIAL")
        self._recount(fact, case)

    def offence_reclassified(self, fact: Said) -> None:
        person, case = fact.about("person"), fact.about("case")
        self.told[case]["persons"][person] = fact.class_after
        self.recount(fact, person, fact.class_after, "DET", "DET-PROS", "DET-TRIAL")
        self._recount(fact, case)

    def preventive_measure_changed(self, fact: Said) -> None:
        person = fact.about("person")
        if fact.to == "release":
            self.meet(fact, person, "ACC-EMERGENCY")
        self.meet(fact, person, "CUSTODY", *DETAINED)
        self.close(fact, person, "CUSTODY-EXT-APPROVE")
        self.detained.pop(person, None)

    def wanted_notice_issued(self, fact: Said) -> None:
        person = fact.about("person")
        self.close(fact, person, *HELD, "DET-ORDER-APPROVE", *DETAINED)
        self.detained.pop(person, None)
