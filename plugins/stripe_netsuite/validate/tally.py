"""Adds up the verdicts of all chunks: per rule, per object type, and what becomes of each object.

Memory grows with the rows that fail, not with the rows that are checked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.validation_report import ROWS_KEPT, FailedRow, RuleResult, TypeTotal, ValidationReport
from stripe_netsuite.validate.decode import SCHEMA_SUGGESTION, SCHEMA_VIOLATION, SCHEMA_WORDS
from stripe_netsuite.validate.rule import Rule
from stripe_netsuite.validate.rules import ALL_RULES
from stripe_netsuite.validate.subject import Subject
from stripe_netsuite.validate.suite import Verdict

ANY_OBJECT = "object"
"""The object type under which the report counts payloads that could not be read."""

_Kind = tuple[str, str]


class Tally:
    """The result so far. `held_by_us` are the (object type, Stripe id) that an earlier validation quarantined."""

    def __init__(self, account: str, held_by_us: set[_Kind], with_findings: set[str]) -> None:
        self._account = account
        self._held_by_us = held_by_us
        self._with_findings = with_findings
        self._checked: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._rows: defaultdict[str, list[FailedRow]] = defaultdict(list)
        self._totals: dict[_Kind, list[int]] = {}
        self.findings: list[Finding] = []
        self.quarantined: list[tuple[Subject, str]] = []
        self.released: list[Subject] = []
        self.rechecked_ids: set[str] = set()

    def add(self, subjects: Sequence[Subject], verdicts: Mapping[str, Verdict], rules: Sequence[Rule]) -> None:
        """Take in one chunk and what each rule says about it."""
        reasons: dict[_Kind, str] = {}
        subject_by_id = {(subject.object_type, subject.stripe_id): subject for subject in subjects}
        for subject in subjects:
            self._take_defect(subject, reasons)
        for rule in rules:
            verdict = verdicts.get(rule.name)
            if verdict is None:  # not one object of this chunk could be read
                continue
            self._checked[rule.name] += verdict.checked
            for stripe_id in verdict.failed_ids:
                key = (rule.object_type, stripe_id)
                finding = rule.finding(self._account, stripe_id, subject_by_id[key].row)
                self._take_finding(rule.name, finding)
                if rule.severity is Severity.CRITICAL:
                    reasons.setdefault(key, rule.code)
        for key, subject in subject_by_id.items():
            self._decide(subject, reasons.get(key))

    def report(self, run_id: str, now: datetime) -> ValidationReport:
        """Return the report over all chunks taken in."""
        schema = RuleResult(
            code=SCHEMA_VIOLATION,
            severity=Severity.CRITICAL,
            object_type=ANY_OBJECT,
            words=SCHEMA_WORDS,
            suggestion=SCHEMA_SUGGESTION,
            checked=sum(total[0] for total in self._totals.values()),
            failed=self._failed[SCHEMA_VIOLATION],
            rows=tuple(self._rows[SCHEMA_VIOLATION]),
        )
        return ValidationReport(
            run_id=run_id,
            stripe_account=self._account,
            validated_at=now.isoformat(),
            rules=(schema, *(self._result(rule) for rule in ALL_RULES)),
            totals=tuple(TypeTotal(*kind, *numbers) for kind, numbers in sorted(self._totals.items())),
            released=len(self.released),
        )

    def _result(self, rule: Rule) -> RuleResult:
        return RuleResult(
            code=rule.code,
            severity=rule.severity,
            object_type=rule.object_type,
            words=rule.words,
            suggestion=rule.suggestion,
            checked=self._checked[rule.name],
            failed=self._failed[rule.name],
            rows=tuple(self._rows[rule.name]),
        )

    def _take_defect(self, subject: Subject, reasons: dict[_Kind, str]) -> None:
        if subject.defect is not None:
            self._take_finding(SCHEMA_VIOLATION, subject.defect)
            reasons[subject.object_type, subject.stripe_id] = SCHEMA_VIOLATION

    def _take_finding(self, name: str, finding: Finding) -> None:
        self.findings.append(finding)
        self._failed[name] += 1
        if len(self._rows[name]) < ROWS_KEPT:
            row = FailedRow(
                finding.stripe_id or "", finding.expected or "", finding.found or "", finding.difference or None
            )
            self._rows[name].append(row)

    def _decide(self, subject: Subject, reason: str | None) -> None:
        total = self._totals.setdefault((subject.object_type, subject.currency), [0, 0, 0, 0])
        total[0] += 1
        total[1] += subject.amount
        if subject.stripe_id in self._with_findings:
            self.rechecked_ids.add(subject.stripe_id)
        if reason is not None:
            total[2] += 1
            total[3] += subject.amount
            self.quarantined.append((subject, reason))
        elif subject.is_quarantined and (subject.object_type, subject.stripe_id) in self._held_by_us:
            self.released.append(subject)
