"""A certificate of participation: that somebody took part, and nothing about how. One page to print."""

from __future__ import annotations

import io
import textwrap
from datetime import date

from bot.messages import File

_INK, _LINE = "#1f2a2a", "#1f5f5b"
_WIDE, _HIGH = 11.0, 8.5
"""US letter, lying, in inches."""


def certificate(name: str, program: str, cohort: str, began: date, ends: date, note: str) -> File:
    """`note`: who wrote the program, and that nobody has endorsed it. Its text can be searched and read aloud."""
    from matplotlib import rc_context  # heavy: loaded when somebody asks for one
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    with rc_context({"pdf.fonttype": 42}):  # letters stay letters
        figure = Figure(figsize=(_WIDE, _HIGH))
        canvas = FigureCanvasPdf(figure)
        for inset, width in ((0.04, 2.5), (0.05, 0.8)):
            figure.add_artist(Rectangle((inset, inset), 1 - 2 * inset, 1 - 2 * inset, fill=False, ec=_LINE, lw=width))
        for height, text, size in (
            (0.80, "Certificate of participation", 30),
            (0.66, _lines(name, 44), 26),
            (0.55, "took part in", 14),
            (0.45, _lines(program, 52), 20),
            (0.34, _lines(f"with the cohort {cohort}", 80), 14),
            (0.27, f"{_day(began)} to {_day(ends)}", 14),
            (0.13, _lines(f"Made by the participant. It states participation and no result. {note}", 110), 9),
        ):
            figure.text(0.5, height, text, size=size, ha="center", va="center", color=_INK, parse_math=False)
        data = io.BytesIO()
        canvas.print_figure(
            data, format="pdf", metadata={"Title": "Certificate of participation", "Creator": None, "Producer": None}
        )
    return File("certificate-of-participation.pdf", data.getvalue(), "application/pdf")


def _day(value: date) -> str:
    return f"{value.day} {value:%B} {value.year}"


def _lines(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(" ".join(text.split()), width)[:3])
