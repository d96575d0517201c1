"""The thresholds that the house works with, for benchmarks and tests."""

from pipelines.core.settings import PROJECT
from pipelines.core.thresholds import load_thresholds
from pipelines.protect.rule import rule_of

LIMITS = load_thresholds(PROJECT / "schemas").limits
NHS_RULE = rule_of(LIMITS)
