"""Draw the plots of the docs: `python docs/make_plots.py docs/measured/pipeline.json docs/measured/relevance.json`.

The first is what `python -m bench.pipeline --json` printed; the second holds shares in per cent that `python -m
bench.relevance` and `python -m bench.fit_chance` printed. Writes docs/images/pipeline-*.svg and
docs/images/relevance-*.svg, in colours that can be read on light and on dark pages.
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


def main() -> None:
    """Write the pictures of each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("figures", type=Path, nargs="+", help="JSON of a benchmark")
    for path in parser.parse_args().figures:
        figures = json.loads(path.read_text(encoding="utf-8"))
        if "sizes" in figures:
            _pipeline(figures["sizes"])
        else:
            _unseen(figures["unseen"])
            _bars(figures["bars"])


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
            range=(0, _top(max(sum(stages.values()) for _, stages in costs))),
        )
        for name, values in _named(costs):
            chart.add(name, values)
        _write(chart, f"pipeline-{what}s")


def _unseen(shares: list[dict[str, Any]]) -> None:
    chart = _chart(
        pygal.Bar,
        title="Of what the unseen half is sent, per cent",
        x_labels=[share["what"] for share in shares],
        range=(0, 100),
        print_values=True,
        legend_at_bottom=True,
    )
    for name, member in (("at first", "at_first"), ("now", "now"), ("aim", "aim")):
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


def _top(highest: float) -> float:
    """A round number above it."""
    unit = 10 ** math.floor(math.log10(highest))
    return float(math.ceil(2 * highest / unit) / 2 * unit)


if __name__ == "__main__":
    main()
