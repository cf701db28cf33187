"""What is aimed at is among the ratios of each bench, by its name."""

from pathlib import Path
from typing import get_args

import orjson
import pytest
from rich.progress import Progress

import samples
from bench import digest, elasticsearch, match, match_corpus, normalise, pipeline, pipeline_run, streams
from bench.grouping import Grouping
from bench.runners import Handler, Took
from bench.stopwatch import Spent


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


def test_matching_names_what_its_aims_are_held_against() -> None:
    progress = Progress(disable=True)
    figures = []
    for kind in ("skewed", "full"):
        corpus = match_corpus.Corpus(kind, 200)
        figures += match.measure(corpus, corpus.postings(24), progress)
    grown, changed = match.growth(match_corpus.STEADY, 2, progress), match.changes(500, 2, progress)
    ratios = match.report(figures, grown, changed, 200, [{"snapshot_s": 1.0}])["ratios"]
    assert (
        ratios.keys()
        == match.AIMS.keys()
        == {
            *("core_numpy_vs_naive", "core_compiled_vs_naive", "full_numpy_vs_naive", "full_compiled_vs_naive"),
            *("growth_50x_constant_hits", "bytes_per_criteria", "add_us", "remove_us", "delta_vs_clean", "start_s"),
        }
    )
    assert all(value > 0 for value in ratios.values())


def test_sizes_that_no_loop_goes_through_are_measured_by_both_kernels_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(match, "_MOST_LOOPED", 100)
    match.main(as_json=True, sizes="200", kinds="skewed,any of", count=24)
    report = orjson.loads(capsys.readouterr().out)
    assert [(figure["kind"], figure["way"]) for figure in report["figures"]] == [
        (kind, way) for kind in ("skewed", "any of") for way in ("numpy", "numba")
    ]
    assert report["ratios"] == {}


def test_digests_name_their_rate_and_what_held_cards_gain() -> None:
    ratios = digest.report(digest.measure(digest.make_morning(10), 1), [40_000, 20_000])["ratios"]
    assert ratios.keys() == {"per_s", "cached_vs_plain"}
    assert ratios["per_s"] > 0


def test_the_whole_names_grouping_at_the_size_that_is_asked_about() -> None:
    flow = pipeline_run.Flow(10, 1.0, 1.0, {"match": Spent(cpu_s=0.5)})
    figures = [
        pipeline_run.Figures(
            criteria=size,
            subscribers=size // 5,
            inflow=flow,
            keys=100,
            outflow=flow,
            held=0,
            load_s=1.0,
            load_cpu_s=1.0,
            memory_mib={"peak": 100.0},
            disk_mib={"log": 1.0, "store": 1.0, "mails": 1.0},
            grouping=Grouping(hits=100, keys=10, packed_ns=10.0, dict_ns=dict_ns, inverted_ns=20.0),
        )
        for size, dict_ns in ((10_000, 20.0), (100_000, 200.0), (1_000_000, 300.0))
    ]
    ratios = pipeline.report(figures)["ratios"]
    assert ratios["grouping_vs_dict"] == ratios["grouping_vs_dict_100000"] == 20.0


def test_the_normaliser_names_its_rate_its_longest_and_what_it_takes_over_the_floor() -> None:
    given = normalise.all_given(Path(samples.__path__[0]))[:3]
    ratios = normalise.report(normalise.best_times(given), normalise.by_rule(given))["ratios"]
    assert ratios.keys() == {"postings_per_s", "alone_per_s", "max_ms", "over_floor", "alone_over_floor"}
    assert all(value > 0 for value in ratios.values())
