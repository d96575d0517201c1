"""Made-up names and numbers. The NHS never issues numbers that begin with 999."""

import numpy as np
import numpy.typing as npt

from pipelines.core.errors import BadSettings

FORENAMES = {
    "1": (
        "Adam", "Adeel", "Albert", "Alexander", "Amir", "Andrew", "Anthony", "Benjamin", "Callum",
        "Christopher", "Daniel", "David", "Dylan", "Edward", "Ethan", "François", "Frederick",
        "George", "Harold", "Hassan", "Ian", "Jack", "James", "José", "Joseph", "Kwame", "Liam",
        "Marek", "Matthew", "Michael", "Mohammed", "Nicholas", "Noah", "Oliver", "Patrick", "Ravi",
        "René", "Richard", "Robert", "Samuel", "Seán", "Thomas", "Tomasz", "William",
    ),
    "2": (
        "Abigail", "Aisha", "Alexandra", "Alice", "Amelia", "Barbara", "Beatrice", "Catherine",
        "Charlotte", "Chloé", "Christine", "Deborah", "Dorothy", "Elizabeth", "Ella", "Fatima",
        "Gillian", "Grace", "Hannah", "Isabella", "Isla", "Jacqueline", "Jennifer", "Katarzyna",
        "Layla", "Margaret", "Mary", "Nia", "Olivia", "Patricia", "Priya", "Rebecca", "Renée",
        "Rosa", "Siân", "Sophie", "Susan", "Theresa", "Valerie", "Victoria", "Yasmin", "Zainab",
        "Zara", "Zoë",
    ),
}  # fmt: skip
"""As many of either sex."""

SHORT_NAMES = {
    "Albert": "Bert", "Alexander": "Alex", "Andrew": "Andy", "Anthony": "Tony", "Benjamin": "Ben",
    "Christopher": "Chris", "Daniel": "Dan", "David": "Dave", "Edward": "Ted", "Frederick": "Fred",
    "Harold": "Harry", "James": "Jim", "Joseph": "Joe", "Matthew": "Matt", "Michael": "Mick",
    "Mohammed": "Mo", "Nicholas": "Nick", "Oliver": "Ollie", "Patrick": "Paddy",
    "Richard": "Dick", "Robert": "Bob", "Samuel": "Sam", "Thomas": "Tom", "Tomasz": "Tomek",
    "William": "Bill", "Abigail": "Abi", "Alexandra": "Sandra", "Barbara": "Babs",
    "Beatrice": "Bea", "Catherine": "Kate", "Charlotte": "Lottie", "Christine": "Chris",
    "Deborah": "Debbie", "Dorothy": "Dot", "Elizabeth": "Liz", "Gillian": "Jill",
    "Isabella": "Bella", "Jacqueline": "Jackie", "Jennifer": "Jenny", "Katarzyna": "Kasia",
    "Margaret": "Peggy", "Olivia": "Liv", "Patricia": "Pat", "Rebecca": "Becky", "Susan": "Sue",
    "Theresa": "Tess", "Valerie": "Val", "Victoria": "Vicky",
}  # fmt: skip
"""What people are called whose name is longer."""

SURNAMES = (
    "Adams", "Ahmed", "Akhtar", "Ali", "Allen", "Anderson", "Bailey", "Baker", "Barnes", "Begum",
    "Bell", "Bennett", "Brontë", "Brooks", "Brown", "Butler", "Campbell", "Carter", "Chapman",
    "Chen", "Clarke", "Collins", "Cook", "Cooper", "Cox", "Davies", "Dixon", "Edwards", "Ellis",
    "Evans", "Fernández", "Fisher", "Foster", "García", "Gibson", "Graham", "Gray", "Green",
    "Griffiths", "Hall", "Harris", "Harrison", "Harvey", "Hill", "Holmes", "Hughes", "Hunt",
    "Hussain", "Ivanov", "Jackson", "James", "Jenkins", "Johnson", "Jones", "Kaur", "Kelly",
    "Khan", "King", "Knight", "Kowalski", "Lee", "Lewis", "Li", "Lloyd", "Marshall", "Martin",
    "Mason", "Matthews", "Mensah", "Miah", "Miller", "Mills", "Mitchell", "Moore", "Morgan",
    "Morris", "Müller", "Murphy", "Murray", "Núñez", "Nowak", "O\u2019Brien", "O\u2019Connor",
    "Okafor", "Owen", "Palmer", "Parker", "Patel", "Phillips", "Powell", "Price", "Reid",
    "Richards", "Roberts", "Robinson", "Rogers", "Russell", "Scott", "Shah", "Shaw", "Simpson",
    "Singh", "Smith", "Stevens", "Stewart", "Taylor", "Thomas", "Thompson", "Turner", "Walker",
    "Walsh", "Ward", "Watson", "Webb", "White", "Wilkinson", "Williams", "Wilson", "Wood",
    "Wright", "Young",
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
