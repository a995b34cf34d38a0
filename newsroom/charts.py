"""Small charts as shapes with numbers, for templates to draw as SVG. Sizes are in units of the drawing."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.formats import date_format

WIDTH, HEIGHT = 640, 120


@dataclass
class Bar:
    x: float
    y: float
    width: float
    height: float
    y_inner: float
    inner: float  # the height of the second value, drawn over the first
    label: str


def bars(values, labels, *, gap=2):
    """Return a bar for each pair of values, the greater behind the lesser; None leaves a gap."""
    top = max((outer for _, outer in values if outer), default=0) or 1
    step = WIDTH / max(len(values), 1)
    drawn = []
    for number, ((inner, outer), label) in enumerate(zip(values, labels, strict=True)):
        outer_height, inner_height = (round(HEIGHT * (value or 0) / top, 1) for value in (outer, inner))
        drawn.append(
            Bar(
                round(number * step + gap / 2, 1), round(HEIGHT - outer_height, 1), round(step - gap, 1), outer_height,
                round(HEIGHT - inner_height, 1), inner_height, label,
            )
        )  # fmt: skip
    return drawn


def line(values):
    """Return the points of a line through the values, from left to right."""
    top = max(values, default=0) or 1
    step = WIDTH / max(len(values) - 1, 1)
    return " ".join(f"{number * step:.1f},{HEIGHT - HEIGHT * value / top:.1f}" for number, value in enumerate(values))


def by_day(numbers, first, days):
    """Return a bar for each of so many days from the first on; `numbers` has those with anything, by date."""
    dates = [first + timedelta(days=number) for number in range(days)]
    values = [(numbers.get(day, 0), numbers.get(day, 0)) for day in dates]
    return bars(values, [f"{date_format(day, 'l j F')}: {numbers.get(day, 0)}" for day in dates])
