"""The rules of an object type as a Great Expectations suite and checkpoint; the only module that knows the library.

Receives frames, gives for each rule how many rows it looked at and which ones it names. Everything lives in memory.
Importing the library takes seconds, so it happens when the first suite is built.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.validate.rule import Rule

if TYPE_CHECKING:
    import pandas as pd

_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["stripe_id"],
    "include_unexpected_rows": False,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says about one frame."""

    checked: int
    failed_ids: tuple[str, ...]


class Checkpoint:
    """One checkpoint over the suite of one object type: frames stay narrow, and an empty cell is skipped.

    One wide frame of all types with row conditions does the same in ten times the time: pandas copies every column of
    a frame for each metric.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        gx = _great_expectations()
        self._rules = {rule.name: rule for rule in rules}
        if len(self._rules) != len(rules):
            raise InvariantBroken("two rules of one object type have the same code")
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        asset = context.data_sources.add_pandas("staging").add_dataframe_asset("due")
        suite = context.suites.add(gx.ExpectationSuite(name="rules"))
        suite.expectations = [_expectation(gx, name, rule) for name, rule in self._rules.items()]
        suite.save()
        definition = gx.ValidationDefinition(
            name="due", data=asset.add_batch_definition_whole_dataframe("chunk"), suite=suite
        )
        self._checkpoint = context.checkpoints.add(
            gx.Checkpoint(
                name="staged",
                validation_definitions=[context.validation_definitions.add(definition)],
                result_format=_RESULT_FORMAT,
            )
        )

    def run(self, frame: pd.DataFrame) -> dict[str, Verdict]:
        """Return the verdict of each rule, by `object_type.code`.

        Raises InvariantBroken when an expectation could not be evaluated: that is a broken rule, not a broken row.
        """
        result = self._checkpoint.run(batch_parameters={"dataframe": frame})
        verdicts: dict[str, Verdict] = {}
        for run_result in result.run_results.values():
            for outcome in run_result.results:
                name = outcome.expectation_config.meta["rule"]
                verdicts[name] = _verdict(name, outcome.result, outcome.exception_info)
        if missing := self._rules.keys() - verdicts.keys():
            raise InvariantBroken("rules gave no result", saw=", ".join(sorted(missing)))
        return verdicts


def _verdict(name: str, result: Mapping[str, Any], exception_info: Any) -> Verdict:
    if "element_count" not in result:
        raise InvariantBroken(f"the rule {name} could not be evaluated", saw=str(exception_info)[:500])
    failed = tuple(str(row["stripe_id"]) for row in result.get("unexpected_index_list") or ())
    if len(failed) != result["unexpected_count"]:
        raise InvariantBroken(
            f"the rule {name} counts other rows than it names",
            saw=f"{len(failed)} named",
            expected=f"{result['unexpected_count']}",
        )
    return Verdict(int(result["element_count"]) - int(result.get("missing_count", 0)), failed)


def _expectation(gx: Any, name: str, rule: Rule) -> Any:
    kind = getattr(gx.expectations, rule.expectation.name)
    return kind(
        column=rule.expectation.column,
        severity=rule.severity.value,
        description=rule.words,
        meta={"rule": name},
        **rule.expectation.arguments,
    )


def _great_expectations() -> Any:
    """Import Great Expectations without its chatter: hundreds of log lines, a deprecation warning, usage statistics."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations as gx  # noqa: PLC0415 - takes seconds
    return gx
