"""What is aimed at is among the ratios of the benches of the deployed form, by its name."""

from typing import get_args

from bench import elasticsearch, streams
from bench.runners import Handler, Took


def test_elasticsearch_names_what_it_is_held_against_at_its_own_sizes() -> None:
    figures = [
        elasticsearch.Figure(way, size, (1.0, 1.0, 1.0))
        for way in ("memory", "elasticsearch", "terms_set", "opensearch, packed")
        for size in (100_000, 1_000_000)
    ]
    expected = {"es_vs_percolator_100k", "es_vs_percolator_1m", "ours_vs_stack_model_100k", "ours_vs_stack_model_1m"}
    assert expected <= elasticsearch.report(figures)["ratios"].keys()


def test_streams_count_the_slower_handler_under_faust() -> None:
    compared: dict[Handler, dict[str, Took]] = {
        handler: {"faust": Took(faust, 1.0), "bare": Took(1.0, 1.0)}
        for handler, faust in zip(get_args(Handler), (1.25, 1.0, 2.0), strict=True)
    }
    assert streams.report([], compared)["ratios"] == {
        "faust_vs_bare_matcher": 0.8,
        "faust_vs_bare_normaliser": 1.0,
        "faust_vs_bare_copier": 0.5,
        "faust_vs_bare": 0.8,
    }
