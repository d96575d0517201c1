"""Made-up names and numbers. The NHS never issues numbers that begin with 999."""

import numpy as np
import numpy.typing as npt

from pipelines.core.errors import BadSettings

FORENAMES = {
    "1": (
        "Adam", "Amir", "Benjamin", "Callum", "Daniel", "David", "Dylan", "Ethan", "George",
        "Harold", "Hassan", "Ian", "Jack", "José", "Kwame", "Liam", "Marek", "Mohammed", "Noah",
        "Oliver", "Patrick", "Ravi", "René", "Robert", "Samuel", "Thomas", "Tomasz", "William",
    ),
    "2": (
        "Aisha", "Alice", "Amelia", "Beatrice", "Charlotte", "Chloé", "Dorothy", "Ella", "Fatima",
        "Grace", "Hannah", "Isla", "Jennifer", "Katarzyna", "Layla", "Margaret", "Mary", "Nia",
        "Olivia", "Patricia", "Priya", "Rosa", "Siân", "Sophie", "Susan", "Yasmin", "Zainab", "Zoë",
    ),
}  # fmt: skip

SURNAMES = (
    "Ahmed", "Bailey", "Begum", "Brontë", "Brown", "Carter", "Chen", "Clarke", "Davies", "Evans",
    "Fernández", "Green", "Hall", "Hussain", "Jackson", "Jones", "Khan", "Kowalski", "Lewis",
    "Li", "Martin", "Mensah", "Müller", "Nowak", "O\u2019Brien", "O\u2019Connor", "Okafor", "Patel",
    "Roberts", "Singh", "Smith", "Taylor", "Thompson", "Walker", "White", "Wilson", "Wright",
)  # fmt: skip

SYNTHETIC_PREFIX = "999"
_WEIGHTS = np.arange(10, 1, -1)
_NINE_DIGITS = 1_000_000


def check_digits(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The modulus 11 check digit of nine-digit numbers; 10 means that none exists."""
    powers = 10 ** np.arange(8, -1, -1, dtype=np.int64)
    digits = (numbers[:, None] // powers) % 10
    return np.asarray((11 - (digits * _WEIGHTS).sum(axis=1) % 11) % 11)


def draw_nhs_numbers(count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """As many different valid synthetic NHS numbers. Raises `BadSettings` beyond 900,000."""
    nine = int(SYNTHETIC_PREFIX) * _NINE_DIGITS + rng.permutation(_NINE_DIGITS).astype(np.int64)
    checks = check_digits(nine)
    valid = (nine * 10 + checks)[checks < 10]
    if count > len(valid):
        raise BadSettings(
            "synthetic-too-many",
            "there are fewer synthetic NHS numbers than people on the referral platform.",
            "Ask for at most four million people.",
        )
    return valid[:count]
