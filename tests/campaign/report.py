"""What a campaign has found."""

from dataclasses import dataclass, field


@dataclass
class CampaignReport:
    """Figures of a campaign, and the promises that it saw broken.

    Attributes:
        name: of the campaign.
        figures: what was counted and measured, in words.
        broken: a line for each promise that did not hold.
    """

    name: str
    figures: dict[str, object] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def expect(self, expected: object, actual: object, what: str) -> None:
        """Write down what is not as it should be."""
        if expected != actual:
            self.broken.append(f"{what}: {actual!r} instead of {expected!r}")

    def hold(self, held: bool, what: str) -> None:
        """Write down what does not hold."""
        if not held:
            self.broken.append(f"it does not hold that {what}")

    def __str__(self) -> str:
        figures = [f"  {name}: {value}" for name, value in self.figures.items()]
        broken = [f"  BROKEN {each}" for each in self.broken]
        return "\n".join([self.name, *figures, *(broken or ["  every promise held"])])
