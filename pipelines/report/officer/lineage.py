"""Lineage: which provider's deliveries stand behind which datasets, drawn and as a table."""

from collections import defaultdict

from pipelines.report import svg
from pipelines.report.facts import Facts
from pipelines.report.model import Figure, Section, Text, table
from pipelines.report.style import BLUE, MUTED, PANEL
from pipelines.report.words import counted, words

WIDTH, STEP, BOX, LEFT, RIGHT = 760, 44, 34, 270, 240
MIDDLE, MIDDLE_WIDTH, TOP = 330, 150, 28
LONGEST = 36


def lineage(facts: Facts) -> Section:
    """Provider to delivery to store to dataset."""
    names = {use["provider"]: use["name"] for use in facts.manifest["agreements"]}
    deliveries: dict[str, list[str]] = defaultdict(list)
    for delivery in facts.manifest["deliveries"]:
        provider, _, number = delivery.partition("/")
        deliveries[provider].append(number)
    rows = [
        (names.get(provider, provider), str(len(found)), ", ".join(found))
        for provider, found in sorted(deliveries.items())
    ]
    heads = ("Provider or publisher", "Deliveries", "Fingerprints of the deliveries")
    told = table("Deliveries behind this release", heads, rows, numbers=(1,))
    providers = [(name, counted(int(n), "delivery", "deliveries")) for name, n, _ in rows]
    datasets = [words(name) for name in facts.datasets]
    alternative = (
        f"{counted(len(rows), 'provider or publisher', 'providers and publishers')} deliver into "
        f"the linked store, from which {counted(len(datasets), 'dataset')} are made."
    )
    height = TOP + STEP * max(len(providers), len(datasets)) + 8
    figure = Figure(
        "Providers, store and datasets", alternative, _drawing(providers, datasets, height),
        WIDTH, height, told,
    )  # fmt: skip
    text = (
        f"The store's state was {facts.manifest['store_state'][:16]}: no delivery since is in it."
    )
    return Section("lineage", "Where the numbers come from", (Text(text), figure))


def _drawing(providers: list[tuple[str, str]], datasets: list[str], height: int) -> str:
    centre = TOP + (height - TOP) / 2
    parts = [
        svg.text(0, 16, "Providers and publishers", kind="muted"),
        svg.text(MIDDLE, 16, "House", kind="muted"),
        svg.text(WIDTH - RIGHT, 16, "Datasets", kind="muted"),
    ]
    for place, (name, number) in enumerate(providers):
        y = TOP + place * STEP
        parts.append(svg.line(LEFT, y + BOX / 2, MIDDLE, centre, MUTED))
        parts.append(svg.box(0.5, y, LEFT, BOX, PANEL, MUTED))
        parts.append(svg.text(8, y + 14, _short(name)))
        parts.append(svg.text(8, y + 29, number, kind="muted"))
    for place, name in enumerate(datasets):
        y = TOP + place * STEP
        parts.append(svg.line(MIDDLE + MIDDLE_WIDTH, centre, WIDTH - RIGHT, y + BOX / 2, BLUE))
        parts.append(svg.box(WIDTH - RIGHT, y, RIGHT - 1, BOX, PANEL, BLUE))
        parts.append(svg.text(WIDTH - RIGHT + 8, y + 22, _short(name)))
    parts.append(svg.box(MIDDLE, centre - 32, MIDDLE_WIDTH, 64, "#ffffff", BLUE))
    for place, text in enumerate(("Linked store,", "pseudonyms only,", "consent applied")):
        parts.append(svg.text(MIDDLE + MIDDLE_WIDTH / 2, centre - 12 + 18 * place, text,
                              anchor="middle"))  # fmt: skip
    return "".join(parts)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip(" ,") + "…"
