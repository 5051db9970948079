"""What facts of tips and papers do to periods: a second reading of the rows, fact by fact."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Self

from tests.deadlines.second_days import stated
from tests.deadlines.second_model import Grant, Ledger, Said

VERIFYING = ("TIP-RESOLVE", "TIP-AFTER-CANCEL", "TIP-RESUMED")
FORWARDING = (
    *("TIP-TRANSFER", "TIP-VKS-FORWARD", "TIP-COMMUNE-URGENT", "TIP-COMMUNE-URGENT-REMOTE"),
    *("TIP-COMMUNE-ORDINARY", "TIP-POST-STATION", "VIC-HOTLINE-PASS"),
)


class Replay(Ledger):
    """All facts of a history, the earliest first: tips, and what papers ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, dict[str, Any]] = defaultdict(dict)
        """Of each thing: what later facts need of earlier ones."""
        self.detained: dict[str, Said] = {}
        """Who is detained, since which order."""

    def replay(self, facts: Iterable[Said]) -> Self:
        """In the order in which it happened; of one moment, in that of the recording."""
        for each in sorted(facts, key=lambda fact: fact.at):
            getattr(self, each.name)(each)
        return self

    # Tips.

    def tip_received(self, fact: Said) -> None:
        tip = fact.about("tip")
        self.told[tip] |= {"urgent": fact.urgent, "remote": fact.remote}
        self.told[tip] |= {"informant": fact.informant_ref is not None}
        self._tip_comes(fact, tip, takeover=False)
        if fact.informant_ref is not None:
            self.open("TIP-NOTIFY-INFORMANT", fact, tip)
        if fact.kind == "surrender":
            self.open("TIP-SURRENDER-VKS", fact, tip)
        if fact.receiver == "HOTLINE" and fact.channel == "hotline_111":
            self.open("VIC-HOTLINE-PASS", fact, tip)

    def _tip_comes(self, fact: Said, tip: str, *, takeover: bool) -> None:
        if fact.competent:
            self.open("TIP-ASSIGN", fact, tip)
            self.open("TIP-RESOLVE", fact, tip)
            if not takeover:
                self.open("TIP-CLASSIFY", fact, tip)
                self.open("TIP-NOTIFY-VKS", fact, tip)
        urgent, remote = self.told[tip]["urgent"], self.told[tip]["remote"]
        match fact.receiver:
            case "VKS" if not takeover:
                self.open("TIP-VKS-FORWARD", fact, tip)
            case "TRAM_CA":
                self.open("TIP-POST-STATION", fact, tip)
            case "CAX" if urgent and remote:
                self.open("TIP-COMMUNE-URGENT-REMOTE", fact, tip)
            case "CAX" if urgent:
                self.open("TIP-COMMUNE-URGENT", fact, tip)
            case "CAX":
                self.open("TIP-COMMUNE-ORDINARY", fact, tip)

    def tip_transferred(self, fact: Said) -> None:
        tip = fact.about("tip")
        match fact.step:
            case "offered" if fact.kind == "vks_takeover_requested":
                self.open("TIP-FILE-TO-VKS", fact, tip, bound=[fact.holder])
            case "offered":
                self.meet(fact, tip, *FORWARDING)
                if fact.kind == "vks_takeover":
                    self.meet(fact, tip, "TIP-FILE-TO-VKS")
            case "received":
                self.close(fact, tip, "TIP-CLASSIFY", "TIP-NOTIFY-VKS")
                self.close(fact, tip, "TIP-ASSIGN", "TIP-RESOLVE")
                self._tip_comes(fact, tip, takeover=fact.kind == "vks_takeover")
            case "withdrawn":
                self.take_back(fact, tip)

    def tip_classified(self, fact: Said) -> None:
        tip = fact.about("tip")
        self.meet(fact, tip, "TIP-CLASSIFY")
        if fact.classification in ("duplicate", "administrative"):
            self.close(fact, tip, "TIP-ASSIGN", "TIP-RESOLVE")
        if not fact.competent:
            self.open("TIP-TRANSFER", fact, tip)

    def tip_handler_assigned(self, fact: Said) -> None:
        self.meet(fact, fact.about("tip"), "TIP-ASSIGN")

    def tip_informant_notified(self, fact: Said) -> None:
        tip, kind = fact.about("tip"), fact.kind
        if fact.to == "informant":
            met = ["TIP-NOTIFY-INFORMANT"] if kind == "receipt" else []
            met += ["TIP-RESULT"] if kind in ("result", "suspension") else []
        else:
            of = {"receipt": ["TIP-NOTIFY-VKS", "TIP-SURRENDER-VKS"]}
            of |= {"suspension": ["TIP-SUSPEND-SEND"], "resumption": ["TIP-RESUME-SEND"]}
            met = (of | {"result": ["TIP-NONINST-SEND"]})[kind]
        self.meet(fact, tip, *met)

    def tip_verification_extended(self, fact: Said) -> None:
        tip = fact.about("tip")
        if fact.stage == "requested":
            self.open("TIP-EXT-DECIDE", fact, tip, bound=[fact.to])
            return
        self.meet(fact, tip, "TIP-EXT-DECIDE")
        if fact.granted:
            self.grant(fact, tip, "TIP-RESOLVE", Grant(None, day(fact.until)))

    def tip_handling_suspended(self, fact: Said) -> None:
        self._tip_decided(fact)
        self.open("TIP-SUSPEND-SEND", fact, fact.about("tip"))

    def case_non_institution_decided(self, fact: Said) -> None:
        self._tip_decided(fact)
        self.close(fact, fact.about("tip"), "TIP-ASSIGN")
        self.open("TIP-NONINST-SEND", fact, fact.about("tip"))

    def tip_led_to_case(self, fact: Said) -> None:
        self._tip_decided(fact)

    def _tip_decided(self, fact: Said) -> None:
        tip = fact.about("tip")
        self.meet(fact, tip, *VERIFYING)
        if self.told[tip]["informant"]:
            self.open("TIP-RESULT", fact, tip)

    def tip_handling_resumed(self, fact: Said) -> None:
        tip = fact.about("tip")
        runs = {"ground_gone": "TIP-RESUMED", "vks_cancelled": "TIP-AFTER-CANCEL"}
        if fact.reason in runs:
            self.open(runs[fact.reason], fact, tip)
        self.open("TIP-RESUME-SEND", fact, tip)

    # Orders of a paper.

    def task_assigned(self, fact: Said) -> None:
        self._ordered("TASK-DUE", fact, fact.about("task"), bound=fact.assignees)

    def report_requested(self, fact: Said) -> None:
        report, paper = fact.about("report"), fact.about("directive")
        self._ordered("REPORT-DUE", fact, report, bound=fact.bodies, case=paper)

    def _ordered(self, rule: str, fact: Said, thing: str, **more: Any) -> None:
        due = stated(fact.due)
        self.told[thing] |= {"due": due, "own": {}}
        if due:
            self.open(rule, fact, thing, stated=due, **more)

    def task_due_date_changed(self, fact: Said) -> None:
        task = fact.about("task")
        due = stated(fact.new_due)
        self.told[task] |= {"due": due, "own": {}}
        for each in self.running(task, "TASK-DUE"):
            if due and each.stated != due:
                each.stated, each.known = due, max(each.known, fact.recorded)

    def task_completed(self, fact: Said) -> None:
        self.meet_for(fact, fact.agency, fact.about("task"), "TASK-DUE")

    def report_submitted(self, fact: Said) -> None:
        self.meet_for(fact, fact.agency, fact.about("report"), "REPORT-DUE")

    def task_completion_reviewed(self, fact: Said) -> None:
        self._back("TASK-DUE", fact, fact.about("task"), fact.outcome == "reopened")

    def report_reviewed(self, fact: Said) -> None:
        self._back("REPORT-DUE", fact, fact.about("report"), fact.outcome == "returned")

    def _back(self, rule: str, fact: Said, thing: str, again: bool) -> None:
        own = self.told[thing]["own"]
        if again and fact.new_due:
            own[fact.agency] = stated(fact.new_due)
        due = own.get(fact.agency, self.told[thing]["due"])
        if again and due:
            paper = next((each for each in fact.subjects if each.startswith("directive:")), None)
            self.open(rule, fact, thing, bound=[fact.agency], stated=due, case=paper)

    def task_cancelled(self, fact: Said) -> None:
        self.close(fact, fact.about("task"), "TASK-DUE")

    def directive_revised(self, fact: Said) -> None:
        if fact.kind in ("recall", "replacement"):
            self.close(fact, fact.about("directive"), "REPORT-DUE")


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
