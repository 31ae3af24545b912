"""A member's own growth chart, as a picture with words for those who cannot see it."""

from __future__ import annotations

import io
from dataclasses import dataclass

from bot.messages import Picture

_COLOURS = ("#1f5f5b", "#b3541e", "#5b4b8a", "#2d6a9f", "#8a6d1d")
_MARKS = ("o", "s", "^", "D", "v")  # never told apart by colour alone


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    points: list[tuple[str, float, str]]
    """(unit, value, the value in words), oldest first."""


def growth_chart(series: list[Series]) -> Picture:
    """PNG at 1200 x 675 pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # heavy: loaded when a chart is asked for
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=150, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    labels = list(dict.fromkeys(unit for one in series for unit, _, _ in one.points))
    top = max(5.0, max(value for one in series for _, value, _ in one.points))
    for place, one in enumerate(series):
        axes.plot(
            [labels.index(unit) for unit, _, _ in one.points],
            [value for _, value, _ in one.points],
            marker=_MARKS[place % len(_MARKS)],
            markersize=9,
            linewidth=2,
            color=_COLOURS[place % len(_COLOURS)],
            label=_wrapped(one.name, 42),
        )
    axes.set_xticks(range(len(labels)), [_wrapped(label, 14) for label in labels])
    axes.set_xlim(-0.5, max(len(labels) - 0.5, 0.5))
    axes.set_ylim(0.5, top + 0.5)
    axes.set_yticks(range(1, int(top) + 1))
    axes.set_ylabel("1 not yet  –  5 helping others")
    axes.grid(axis="y", alpha=0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.legend(loc="outside upper left", frameon=False, ncols=2, fontsize=9)
    data = io.BytesIO()
    canvas.print_figure(data, format="png")
    return Picture(data.getvalue(), description(series))


def description(series: list[Series]) -> str:
    return " ".join(f"{one.name}: {'; '.join(f'{unit}, {said}' for unit, _, said in one.points)}." for one in series)


def _wrapped(text: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width)[:3])
