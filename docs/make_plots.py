"""Draw the plots of the docs, of files in docs/measured: `python docs/make_plots.py FILE...`.

| files | of | pictures |
|---|---|---|
| pipeline.json | what `python -m bench.pipeline --json` printed | pipeline-*.svg |
| match.json, match-10m.json | what `python -m bench.match --json` printed, together | match-sizes.svg |
| relevance.json | per cent, by `python -m bench.relevance` and `python -m bench.fit_chance` | relevance-*.svg |

Into docs/images, in colours that can be read on light and on dark pages.
"""

import argparse
import json
import math
from pathlib import Path
from typing import Any

import pygal
from pygal.style import Style

IMAGES = Path(__file__).parent / "images"
COLOURS = ("#0f8a7e", "#c2701c", "#3f7fd0", "#b0488f", "#7a8f23", "#8564c9", "#c4453c", "#4f8f9f", "#7d7d7d", "#a08030")
STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#7f8a91",
    foreground_strong="#7f8a91",
    foreground_subtle="#7f8a91",
    guide_stroke_color="#7f8a9155",
    major_guide_stroke_color="#7f8a9188",
    colors=COLOURS,
    font_family="system-ui, sans-serif",
    label_font_size=15,
    major_label_font_size=15,
    legend_font_size=15,
    title_font_size=17,
    opacity=".95",
    stroke_opacity="1",
)
LEAST_SHARE = 0.02
"""A stage that nowhere takes so much of the whole is drawn with the rest."""

_SHOWN_KINDS = (
    ("any of", "any of", "numba"),
    ("full", "full", "numba"),
    ("core", "skewed", "numba"),
    ("core, by a plain loop", "skewed", "naive"),
)
"""As the docs call them, the kind and the way."""
_POWERS = (0.01, 0.1, 1, 10, 100, 1_000)


def main() -> None:
    """Write the pictures of each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("figures", type=Path, nargs="+", help="JSON of a benchmark")
    matched: list[dict[str, Any]] = []
    for path in parser.parse_args().figures:
        figures = json.loads(path.read_text(encoding="utf-8"))
        if "sizes" in figures:
            _pipeline(figures["sizes"])
        elif figures.get("bench") == "match":
            matched += figures["figures"]
        else:
            _unseen(figures["unseen"])
            _bars(figures["bars"])
    if matched:
        _match(matched)


def _pipeline(sizes: list[dict[str, Any]]) -> None:
    """A bar a size, a colour a stage, the dearest stage at the foot."""
    for what, member in (("posting", "cpu_ms_a_posting"), ("digest", "cpu_ms_a_digest")):
        costs = [(size["criteria"], size[member]) for size in sizes]
        chart = _chart(
            pygal.StackedBar,
            title=f"Milliseconds of processor time a {what}, by the number of criteria",
            x_labels=[f"{size:,}" for size, _ in costs],
            spacing=14,
            value_formatter=lambda value: f"{value:.3g}",
            y_labels=(labels := _labels(max(sum(stages.values()) for _, stages in costs))),
            y_labels_major=labels,
            range=(0, labels[-1]),
        )
        for name, values in _named(costs):
            chart.add(name, values)
        _write(chart, f"pipeline-{what}s")


def _match(figures: list[dict[str, Any]]) -> None:
    """A line a kind of criteria, by a scale on which ten times is everywhere as far."""
    sizes = sorted({figure["criteria"] for figure in figures})
    chart = _chart(
        pygal.Line,
        title="Milliseconds to match a posting, by the number of criteria",
        x_labels=[f"{size:,}" for size in sizes],
        value_formatter=lambda value: f"{value:.3g}",
        logarithmic=True,
        y_labels=_POWERS,
        y_labels_major=_POWERS,
        range=(_POWERS[0], _POWERS[-1]),
        margin_right=50,
        legend_at_bottom=True,
    )
    for name, kind, way in _SHOWN_KINDS:
        found = {
            figure["criteria"]: figure["mean_us"]
            for figure in figures
            if (figure["kind"], figure["way"]) == (kind, way)
        }
        chart.add(name, [found[size] / 1_000 if size in found else None for size in sizes])
    _write(chart, "match-sizes")


def _unseen(shares: list[dict[str, Any]]) -> None:
    chart = _chart(
        pygal.Bar,
        title="Of what the unseen half is sent, per cent",
        x_labels=[share["what"] for share in shares],
        range=(0, 100),
        print_values=True,
        legend_at_bottom=True,
    )
    shown = (
        ("at first, 12 people", "at_first"),
        ("the same 12 now", "same_now"),
        ("now, all 76", "now"),
        ("aim", "aim"),
    )
    for name, member in shown:
        chart.add(name, [share[member] for share in shares])
    _write(chart, "relevance-now")


def _bars(bars: list[dict[str, Any]]) -> None:
    chart = _chart(
        pygal.XY,
        title="By the bar, per cent of jobs",
        x_title="the least chance of a job that is sent",
        range=(0, 100),
        legend_at_bottom=True,
    )
    for name, member in (("right, of what is sent", "right"), ("sent, of what is wanted", "of_the_wanted")):
        chart.add(name, [(bar["bar"], bar[member]) for bar in bars])
    _write(chart, "relevance-bars")


def _chart(kind: Any, **options: Any) -> Any:
    return kind(
        style=STYLE,
        width=760,
        height=380,
        margin=12,
        legend_box_size=13,
        truncate_label=-1,
        truncate_legend=-1,
        show_minor_y_labels=False,
        pretty_print=True,
        js=(),
        disable_xml_declaration=True,
        no_prefix=True,
        **options,
    )


def _write(chart: Any, picture: str) -> None:
    (IMAGES / f"{picture}.svg").write_text(chart.render(), encoding="utf-8")


def _named(costs: list[tuple[int, dict[str, float]]]) -> list[tuple[str, list[float]]]:
    names = {name for _, stages in costs for name in stages} - {"rest"}
    shown = {
        name
        for name in names
        if any(stages.get(name, 0.0) >= LEAST_SHARE * sum(stages.values()) for _, stages in costs)
    }
    found = [(name, [stages.get(name, 0.0) for _, stages in costs]) for name in shown]
    found.sort(key=lambda named: (-max(named[1]), named[0]))
    rest = [sum(value for name, value in stages.items() if name not in shown) for _, stages in costs]
    return [*found, ("rest", rest)]


def _labels(highest: float) -> list[float]:
    """From nothing to above it, by four round steps at most."""
    unit = 10 ** math.floor(math.log10(highest))
    step = next(unit * part for part in (0.25, 0.5, 1, 2, 2.5) if 4 * unit * part >= highest)
    return [step * number for number in range(math.ceil(highest / step) + 1)]


if __name__ == "__main__":
    main()
