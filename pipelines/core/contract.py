"""What a contract says of a table, as frozen values.

The contract's file (see `contract_file`) is the only declaration of a table's shape. Arrow
schemas, empty tables, expectations, the data dictionary and Parquet field metadata come from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipelines.core.disclosure import Disclosure
from pipelines.core.errors import BadContract


class Zone(StrEnum):
    """How far data may travel."""

    RED = "red"
    """People are identifiable."""
    AMBER = "amber"
    """Pseudonyms: inside the linked store only."""
    GREEN = "green"
    """No people in it, or protected: safe to leave."""


class Classification(StrEnum):
    """What a column says about a person."""

    IDENTIFIER = "identifier"
    QUASI_IDENTIFIER = "quasi_identifier"
    SENSITIVE = "sensitive"
    NONE = "none"


class Severity(StrEnum):
    """What a broken rule does."""

    STOP = "stop"
    """The delivery stops."""
    DROP = "drop"
    """The row goes to quarantine."""
    NOTE = "note"
    """The row stays and is counted."""


class Newest(StrEnum):
    """Which rows of the store count when several deliveries hold the same table."""

    ALL = "all"
    """Every row of every delivery."""
    ROW = "row"
    """Each key's row in the delivery of the newest day, whenever that was taken in."""
    DELIVERY = "delivery"
    """Only what was taken in last from each provider: it replaces what was before."""


class LogicalType(StrEnum):
    """The column types that contracts use."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


class Statistic(StrEnum):
    """What an indicator's value is."""

    COUNT = "count"
    PROPORTION = "proportion"
    MEAN = "mean"
    RATE = "rate"
    """A count per `multiplier` of its denominator, of which it need not be a part."""
    COST = "cost"
    """Money (the denominator) for each one counted: a rate upside down."""
    QUOTED = "quoted"
    """A figure that somebody else published: in the contract itself, and worked on by nothing."""
    ESTIMATE = "estimate"
    """Made of people's rows by a registered protocol: its count and denominator are two groups."""
    INDEX = "index"
    """Worked out from another indicator's published numbers, and never counted itself."""


class Index(StrEnum):
    """What is worked out from another indicator."""

    SII = "sii"
    """Slope index of inequality: the least deprived end less the most deprived one."""
    RII = "rii"
    """Relative index of inequality: the same two ends as a ratio."""
    STANDARD_DEVIATION = "standard_deviation"
    """The spread behind a mean."""


@dataclass(frozen=True)
class Column:
    """One column. `form` names a normal form (see `validate.forms`); `made_from` is SQL."""

    name: str
    type: LogicalType
    description: str
    classification: Classification
    example: object
    required: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    form: str | None = None
    unit: str | None = None
    made_from: str | None = None

    def rules_in_english(self) -> list[str]:
        """The column's rules as sentences, for the dictionary and for reports."""
        rules = []
        if self.required:
            rules.append("must be given")
        if self.allowed:
            rules.append("is one of " + ", ".join(self.allowed))
        if self.pattern:
            rules.append(f"matches {self.pattern}")
        if self.minimum is not None:
            rules.append(f"is at least {self.minimum:g}")
        if self.maximum is not None:
            rules.append(f"is at most {self.maximum:g}")
        if self.form:
            rules.append(f"is a valid {self.form.replace('_', ' ')}")
        return rules


@dataclass(frozen=True)
class RowRule:
    """A rule about a row. `condition` is SQL that is true of a row that BREAKS the rule.

    `over_table` says that the condition looks at neighbouring rows (a window), so it is judged
    among the rows that every earlier rule let pass.
    """

    code: str
    description: str
    condition: str
    severity: Severity
    over_table: bool = False


@dataclass(frozen=True)
class Derived:
    """How an index is made: from which indicator, and over which ordered category."""

    index: Index
    of: str
    over: str = ""


@dataclass(frozen=True)
class Quoted:
    """A published figure, and the country that it is of."""

    value: float
    area_code: str
    area_name: str


@dataclass(frozen=True)
class Indicator:
    """What a published number means, as an analyst would ask it."""

    id: str
    name: str
    definition: str
    statistic: Statistic
    unit: str
    numerator: str
    denominator: str
    ci_method: str
    polarity: str
    source: str
    caveat: str
    age_base: str = ""
    multiplier: float = 1
    derived: Derived | None = None
    quoted: Quoted | None = None

    @property
    def is_counted(self) -> bool:
        """Whether a measure counts it: what is derived or quoted is not."""
        return self.derived is None and self.quoted is None


@dataclass(frozen=True)
class Contract:
    """One table's contract."""

    name: str
    version: str
    zone: Zone
    person_level: bool
    description: str
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...] = ()
    key: tuple[str, ...] = ()
    made_from: str | None = None
    grain: tuple[str, ...] = ()
    newest: Newest = Newest.DELIVERY
    activity_day: str | None = None
    indicators: tuple[Indicator, ...] = ()
    disclosure: Disclosure | None = None

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Names of the columns that identify a person directly."""
        return tuple(c.name for c in self.columns if c.classification is Classification.IDENTIFIER)

    @property
    def label(self) -> str:
        """`name/version`, as manifests and Parquet metadata show it."""
        return f"{self.name}/{self.version}"

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True)
class Contracts:
    """All contracts of one folder, found by listing it."""

    by_group: Mapping[str, Mapping[str, Contract]]

    def __iter__(self) -> Iterator[Contract]:
        for group in self.by_group.values():
            yield from group.values()

    def delivered(self, table: str) -> Contract:
        """The canonical or reference contract that a delivery's file is cast to."""
        for group in ("canonical", "reference"):
            if table in self.by_group[group]:
                return self.by_group[group][table]
        raise BadContract(
            "contract-unknown-table",
            f"there is no contract for the table '{table}'.",
            "Name one of: "
            + ", ".join([*self.by_group["canonical"], *self.by_group["reference"]])
            + ".",
        )

    def open_tables(self) -> tuple[Contract, ...]:
        """The tables of the store in which no person is."""
        return tuple(c for c in self.store_tables() if not c.person_level)

    def linked(self, table: str) -> Contract:
        """The contract of a table of the linked store."""
        return self.by_group["linked"][table]

    def linked_from(self, table: str) -> tuple[Contract, ...]:
        """What the border makes of a canonical, person-level table."""
        return tuple(c for c in self.by_group["linked"].values() if c.made_from == table)

    def store_tables(self) -> tuple[Contract, ...]:
        """Every table that the linked store keeps: linked ones, and open ones that are not red."""
        open_tables = [
            c
            for group in ("canonical", "reference")
            for c in self.by_group[group].values()
            if not c.person_level and c.zone is not Zone.RED
        ]
        return (*self.by_group["linked"].values(), *open_tables)

    def output(self, dataset: str) -> Contract:
        """The contract of a published dataset."""
        return self.by_group["outputs"][dataset]

    @property
    def outputs(self) -> tuple[Contract, ...]:
        """Every published dataset, by name."""
        return tuple(self.by_group["outputs"].values())

    @property
    def directories(self) -> tuple[Contract, ...]:
        """Every published list of things that are no people, by name."""
        return tuple(self.by_group["directories"].values())

    def shape(self, name: str) -> Contract:
        """A shape that several datasets share."""
        return self.by_group["shapes"][name]
