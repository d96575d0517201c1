"""The modelled inactive adults of every English neighbourhood once more, in NumPy matrices.

It shares no code with the SQL, and no way of working: neighbourhoods by groups as matrices.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[Any]

BANDS = {
    "19-24 yrs": ["19-24"], "25-34 yrs": ["25-29", "30-34"], "35-44 yrs": ["35-39", "40-44"],
    "45-54 yrs": ["45-49", "50-54"], "55-64 yrs": ["55-59", "60-64"],
    "65-74 yrs": ["65-69", "70-74"], "75-84 yrs": ["75-79", "80-84"], "85+ yrs": ["85-89", "90+"],
}  # fmt: skip
OLDER = [False] * 5 + [True] * 3
ETHNIC = (["Asian", "Chinese"], ["Black"], ["Mixed"], ["Other"], ["White British", "White Other"])
"""The survey's groups in each of the census table's columns, in their order."""

DISABLED = (["Disabled"], ["Not disabled"])


@dataclass(frozen=True)
class Model:
    """Relative percentages by kind, and the people whom they are laid on."""

    adults: Floats
    """Neighbourhoods by the survey's age bands."""
    women: Floats
    """The same shape: women's share."""
    groups: dict[str, Floats]
    """Neighbourhoods by groups: the share of each group, by kind."""
    ratios: dict[str, Floats]

    @property
    def total(self) -> Floats:
        whole: Floats = self.adults.sum(axis=1)
        return whole

    def alone(self, kind: str) -> Floats:
        level: Floats = self.groups[kind] @ self.ratios[kind]
        return level

    def fitted(self, kind: str, rest: Floats) -> Floats:
        """The factors that give a kind's groups their ratios, beside the rest."""
        people = self.total[:, None] * self.groups[kind]
        factors: Floats = (
            self.ratios[kind] * people.sum(axis=0) / (people * rest[:, None]).sum(axis=0)
        )
        return factors

    def by_sex(self) -> Floats:
        """Neighbourhoods by bands: adults, women and men weighted as they differ."""
        female, male = self.ratios["sex"]
        weighted: Floats = self.adults * (self.women * female + (1 - self.women) * male)
        return weighted

    def four(self) -> dict[str, Floats]:
        """What each of four models gives every neighbourhood, before it is matched."""
        sex, tenth = self.alone("sex"), self.alone("tenth")
        ages = self.fitted("age", sex * tenth)
        level = sex * (self.groups["age"] @ ages)
        disabled = self.groups["disability"] @ self.fitted("disability", level * tenth)
        ethnic = self.groups["ethnic"] @ self.fitted("ethnic", level * tenth * disabled)
        tenths = self.groups["tenth"] @ self.fitted("tenth", level * disabled * ethnic)
        place = disabled * ethnic * tenths
        age_and_sex = self.by_sex() @ self.ratios["age"]
        others = tenth * self.alone("disability") * self.alone("ethnic")
        return {
            "fitted": (self.by_sex() @ ages) * place,
            "deprivation": self.total * tenth,
            "age_and_sex": age_and_sex,
            "multiplied": age_and_sex * others,
        }


def inactivity_by_hand(reference: Path) -> pd.DataFrame:
    """Every neighbourhood's adults, inactive adults and range, matched to its district."""
    adults = _adults(reference)
    ltla = pd.read_csv(reference / "geography/lsoa21_ltla24_england.csv").set_index("lsoa21_code")
    district = ltla.ltla24_code.reindex(adults.index)
    model = _model(reference, adults, district)
    found = pd.DataFrame({"adults": model.total, "district": district}, index=adults.index)
    published = pd.read_csv(reference / "fingertips/trafforddatalab_inactive_adults.csv")
    newest = published[published.period == "2024/25"].set_index("area_code").value / 100
    wanted = district.map(newest) * found.groupby("district").adults.transform("sum")
    matched = {}
    for name, expected in model.four().items():
        whole = pd.Series(expected, adults.index).groupby(district).transform("sum")
        matched[name] = expected * wanted / whole
    ways = pd.DataFrame(matched)
    return found.assign(
        inactive=ways.fitted, lowest=ways.min(axis=1), highest=ways.max(axis=1),
        published=district.map(newest),
    )  # fmt: skip


def _adults(reference: Path) -> pd.DataFrame:
    wide = pd.read_csv(reference / "population/ons_mid2020_lsoa11_england_agebands.csv")
    wide = wide.set_index("lsoa11_code")
    old = pd.DataFrame({band: wide[names].sum(axis=1) for band, names in BANDS.items()})
    change = pd.read_csv(reference / "geography/lookup_lsoa11_lsoa21_ltla22.csv")
    change = change[change.lsoa21_code.str.startswith("E")]
    census = pd.read_csv(reference / "population/census2021_lsoa21_england_ethnic_group5.csv")
    weight = change.lsoa21_code.map(census.set_index("lsoa21_code").total_residents)
    weight = weight / weight.groupby(change.lsoa11_code).transform("sum")
    parts = old.loc[change.lsoa11_code].mul(weight.to_numpy(), axis=0)
    return parts.groupby(change.lsoa21_code.to_numpy()).sum()


def _model(reference: Path, adults: pd.DataFrame, district: "pd.Series[str]") -> Model:
    people = adults.to_numpy()
    women = _women(reference, district)
    ethnic = _shares(reference, "ethnic_group5", adults.index)
    disabled = _shares(reference, "disability", adults.index)
    imd = pd.read_csv(reference / "imd/imd2025_lsoa21.csv").set_index("lsoa21_code").IMD_decile
    total = people.sum(axis=1)
    female = (people * women).sum(axis=1) / total
    return Model(
        people, women,
        {"age": people / total[:, None], "sex": np.column_stack([female, 1 - female]),
         "tenth": np.eye(10)[imd.loc[adults.index].to_numpy() - 1], "ethnic": ethnic,
         "disability": disabled},
        england(reference),
    )  # fmt: skip


def _women(reference: Path, district: "pd.Series[str]") -> Floats:
    wide = pd.read_csv(reference / "population/census2021_ltla21_age3_sex.csv")
    wide = wide[wide.ltla21_code.str.startswith("E")].set_index("ltla21_code")
    older = {s: wide[f"total_{s}"] - wide[f"younger_{s}"] - wide[f"working_age_{s}"]
             for s in ("females", "males")}  # fmt: skip
    young = wide.working_age_females / (wide.working_age_females + wide.working_age_males)
    old = older["females"] / (older["females"] + older["males"])
    columns = [district.map(old if is_older else young).fillna((old if is_older else young).mean())
               for is_older in OLDER]  # fmt: skip
    return np.column_stack(columns)


def _shares(reference: Path, table: str, places: "pd.Index[Any]") -> Floats:
    wide = pd.read_csv(reference / f"population/census2021_lsoa21_england_{table}.csv")
    groups = wide.set_index("lsoa21_code").drop(columns="total_residents", errors="ignore")
    shares: Floats = groups.loc[places].div(groups.loc[places].sum(axis=1), axis=0).to_numpy()
    return shares


def england(reference: Path) -> dict[str, Floats]:
    """England's percentage of each group as a ratio to its kind's mean, by kind."""
    rows = pd.read_csv(
        reference / "fingertips/fingertipsnext_healthdata_2025-02-13.csv", low_memory=False
    ).query("IndicatorId == 93015 and AreaCode == 'E92000001' and Year == 2022")
    whole = rows[rows.Category.isna()]
    tenths = rows[rows.CategoryType.fillna("").str.startswith("LSOA11")].sort_values("CategoryId")
    named = rows.set_index("Category")
    return {
        "age": _ratios([whole[whole.Age == band] for band in BANDS]),
        "sex": _ratios([whole[whole.Sex == sex] for sex in ("Female", "Male")]),
        "tenth": _ratios([tenths[tenths.Category == c] for c in tenths.Category]),
        "ethnic": _ratios([named.loc[names] for names in ETHNIC]),
        "disability": _ratios([named.loc[names] for names in DISABLED]),
    }


def _ratios(groups: list[pd.DataFrame]) -> Floats:
    sums = np.array([[(g.Value * g.Denominator).sum(), g.Denominator.sum()] for g in groups])
    mean = sums[:, 0].sum() / sums[:, 1].sum()
    ratios: Floats = sums[:, 0] / sums[:, 1] / mean
    return ratios
