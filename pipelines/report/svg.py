"""The few shapes that the report draws. Every text is escaped; no shape can call out or run."""

from collections.abc import Sequence
from html import escape


def text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> str:
    """Words at a place."""
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{style}>{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str, *, wide: float = 1) -> str:
    """A straight line."""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{wide:g}"/>'


def dashed(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    """A dashed line, told from a full one without colour."""
    ends = f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"
    return f'<path d="{ends}" stroke="{colour}" stroke-dasharray="6 4" fill="none"/>'


def dot(x: float, y: float, colour: str, *, size: float = 5) -> str:
    """A filled circle."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" fill="{colour}"/>'


def ring(x: float, y: float, colour: str, *, size: float = 6) -> str:
    """An open circle: something out of the ordinary."""
    edge = f'fill="#fff" stroke="{colour}" stroke-width="3"'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" {edge}/>'


def box(x: float, y: float, width: float, height: float, fill: str, edge: str) -> str:
    """A rectangle."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
        f'fill="{fill}" stroke="{edge}"/>'
    )


def path(points: Sequence[tuple[float, float]], colour: str) -> str:
    """A line through points."""
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="M{steps}" stroke="{colour}" stroke-width="2" fill="none"/>' if steps else ""


def squares(corners: Sequence[tuple[int, int]], size: int, fill: str, edge: str) -> str:
    """Many squares of one colour as one shape, which keeps a page of thousands small."""
    steps = "".join(f"M{x} {y}h{size}v{size}h-{size}z" for x, y in corners)
    return f'<path d="{steps}" fill="{fill}" stroke="{edge}"/>' if steps else ""


def hatched(corners: Sequence[tuple[int, int]], size: int, edge: str) -> str:
    """Many empty squares with a stroke across: what is hidden."""
    strokes = "".join(f"M{x} {y + size}l{size} -{size}" for x, y in corners)
    shape = squares(corners, size, "#ffffff", edge)
    return shape + (f'<path d="{strokes}" stroke="{edge}" fill="none"/>' if strokes else "")
