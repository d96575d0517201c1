"""How well members were joined to people, in counts: what a release's report says of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkageQuality:
    """Counts of one resolution of members to people.

    `linked_by_nhs` counts members who share their NHS number with another member, `linked_by_rule`
    those whom tokens joined to another. `true_pairs`, `found_pairs` and `agreed_pairs` are of pairs
    in which both members hold an NHS number, which is then the truth about the rule on tokens.
    """

    members: int
    people: int
    linked_by_nhs: int
    linked_by_rule: int
    members_without_tokens: int
    refused_components: int
    passed_over_tokens: int
    true_pairs: int
    found_pairs: int
    agreed_pairs: int

    @property
    def precision(self) -> float | None:
        """Of the pairs that the rule joined, the share with one NHS number; None without any."""
        return self.agreed_pairs / self.found_pairs if self.found_pairs else None

    @property
    def recall(self) -> float | None:
        """Of the pairs with one NHS number, the share that the rule joined; None without any."""
        return self.agreed_pairs / self.true_pairs if self.true_pairs else None
