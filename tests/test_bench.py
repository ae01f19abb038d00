"""The benchmarks: each runs, says who is missing, and compares like with like."""

import json
import os
from functools import partial

import benchmark_pages
import numpy as np
import pytest
from click.testing import CliRunner

from pellucid.bench import memory, networks, race, run
from pellucid.bench.benchmarks import BENCHMARKS
from pellucid.bench.contest import AbsentError, Contest, Outcome, Record, Rival, contest
from pellucid.bench.functions import PROBLEMS
from pellucid.bench.layered import devices
from pellucid.bench.perceptrons import Perceptron, data
from pellucid.bench.ratios import tables
from pellucid.bench.results import Results
from pellucid.bench.streaming import ours, theirs, workers
from pellucid.bench.streaming.measures import Task
from pellucid.bench.telling import markdown
from pellucid.bench.trainers import pytorch
from pellucid.bench.trainers.trainers import OURS, TRAINERS, WHOLE
from pellucid.command import main
from pellucid.errors import MissingExtraError, PellucidError
from pellucid.tables.streams.runners import Cores

LIBRARIES = ("autograd", "jax", "torch")
EASY = Perceptron((4, 16, 3), 32, 400, 30)
LOOPS = [(partial(theirs._loop, 0.0, []), odds) for odds in (False, True)]


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A machine on which no rival but scikit-learn is installed."""
    for library in LIBRARIES:
        message = f"No module named {library!r}"
        text = f"raise ModuleNotFoundError({message!r}, name={library!r})\n"
        (tmp_path / f"{library}.py").write_text(text, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def typed(*words):
    """What comes of words typed after `pellucid bench`."""
    return CliRunner().invoke(main, ["bench", *map(str, words)], prog_name="pellucid")


# The command


@pytest.fixture
def rivals(name, request):
    """Every rival that is there; in two races, of which "training" has all, ours."""
    if name in {"memory", "growth"}:
        request.getfixturevalue("alone")


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("rivals")
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_runs_and_leaves_its_figures(name, tmp_path):
    """None of the rivals fails."""
    result = typed(name, "--tiny", "--out", tmp_path / "figures.json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert contest(name).title in result.stdout
    held = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert held["command"] == f"pellucid bench {name} --tiny"
    assert {"date", "processor", "cores", "Python", "BLAS", "numpy"} <= set(
        held["machine"]
    )
    (outcome,) = held["outcomes"]
    assert outcome["name"] == name
    assert {key for record in outcome["records"] for key in record} == set(
        Record.__dataclass_fields__
    )
    assert min(record["best"] for record in outcome["records"]) >= 0
    assert any(contest(name).rivals[r["rival"]].ours for r in outcome["records"])
    absent = outcome["absent"].items()
    assert [each for each in absent if each[1].startswith("failed")] == []


def test_without_a_name_all_are_run(monkeypatch):
    monkeypatch.setattr(run, "raced", lambda name, tiny: Outcome(name))
    told = typed("--tiny").stdout
    assert [name for name in BENCHMARKS if contest(name).title not in told] == []


def test_rivals_that_are_not_installed_are_left_out_and_named(alone):
    told = " ".join(typed("first", "--tiny").stdout.split())
    assert (
        "Left out: autograd (autograd is not installed), JAX (jax is not installed), "
        "PyTorch (torch is not installed)."
    ) in told


def test_a_name_that_there_is_not_is_refused_in_a_sentence():
    result = typed("nonsense")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'nonsense' is not one of 'training', 'networks', 'linear'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_markdown_can_be_had(alone):
    told = typed("gradients", "--tiny", "--markdown").stdout
    assert "| --- | ---: | ---: |" in told


def test_help_names_every_benchmark():
    told = typed("--help").stdout
    assert [name for name in BENCHMARKS if f"  {name} " not in told] == []


# The race

ONE = {"best": 2.0, "cold": 5.0, "check": 0.5, "way": "slow"}
TWO = {"best": 1.0, "cold": 3.0, "check": 0.4, "way": "fast"}


def test_the_least_of_all_rounds_counts_and_the_first_cold_run():
    best = race.record("a fit", "seconds", "JAX", [ONE, TWO])
    assert best == Record("a fit", "seconds", "JAX", 1.0, 5.0, 0.5, way="fast")


def test_rounds_are_interleaved():
    rivals = {name: Rival(dict) for name in "xy"}
    event = Contest("", "", ("a", "b"), rivals, apart=True, rounds=2)
    assert [f"{rival}{case}" for rival, (case,) in race.heats(event, False)] == [
        *("xa", "ya", "xb", "yb"),
        *("xa", "ya", "xb", "yb"),
    ]


def test_a_tiny_run_takes_the_cases_that_are_tried_in_one_process():
    event = Contest("", "", ("a", "b", "c"), {"x": Rival(dict)}, apart=True, tried=2)
    assert race.heats(event, True) == [("x", ("a", "b"))]


def raced(monkeypatch, failing):
    """The first result, where the process of one rival fails and others answer."""

    def run(words, environment):
        if words[1] == failing:
            return {"failed": "Killed"}
        return {"marks": {case: {"imports included": ONE} for case in words[3]}}

    monkeypatch.setattr(race, "run", run)
    return race.race("first", False, str)


def test_a_rival_that_fails_is_left_out_with_the_reason(monkeypatch):
    outcome = raced(monkeypatch, failing="JAX")
    assert outcome.absent == {"JAX": "failed: Killed"}
    assert {record.rival for record in outcome.records} >= {"Pellucid", "PyTorch"}


def test_a_failure_of_ours_is_an_error(monkeypatch):
    with pytest.raises(
        PellucidError, match=r"^first: expected .* ended with Killed\.$"
    ):
        raced(monkeypatch, failing="Pellucid")


def test_a_process_that_fails_tells_its_last_line():
    answer = race.run(["first", "nobody", True, []], dict(os.environ))
    assert answer == {"failed": "KeyError: 'nobody'"}


def disputed(ours, theirs):
    """A race in which ours and PyTorch found these costs."""
    records = [
        Record(networks.LSTM, networks.STEP, name, 1.0, check=cost)
        for name, cost in ((networks.NUMPY, ours), (networks.EAGER, theirs))
    ]
    return Outcome("networks", records)


@pytest.mark.parametrize(("ours", "theirs"), [(np.nan, 0.5), (0.5, np.nan), (1, 0.5)])
def test_a_cost_that_is_nan_or_far_away_is_no_agreement(ours, theirs):
    with pytest.raises(PellucidError, match="expected all to compute the same"):
        race.refuse_dispute(disputed(ours, theirs), 0.05)


def test_rivals_that_do_not_compute_the_same_are_refused():
    outcome = disputed(0.5, 0.51)
    race.refuse_dispute(outcome, 0.05)
    with pytest.raises(
        PellucidError,
        match=r"^networks: expected all to compute the same in a step of LSTM, 50 steps"
        r", found 0\.5 by Pellucid, NumPy and 0\.51 by PyTorch, eager Adam\.$",
    ):
        race.refuse_dispute(outcome, 0.01)


# The tables

FIT = "a whole fit"
SMALL = "20-32-32-3"
RECORDS = [
    Record(SMALL, FIT, "Pellucid, NumPy", 0.1, cold=0.3),
    Record(SMALL, FIT, "PyTorch, eager Adam", 1.5, cold=2.0),
    Record(SMALL, FIT, "PyTorch, fused Adam", 0.65),
]


def test_a_table_gives_ratios_and_whether_the_goal_is_met():
    warm, cold = tables(Outcome("training", RECORDS))
    assert warm.rows == [
        [SMALL, "Pellucid, NumPy", "100 ms", "15 (10 met)", "6.5 (7 not met)"]
    ]
    assert cold.rows == [[SMALL, "300 ms", "2 s"]]


@pytest.mark.parametrize(
    ("seconds", "told"), [(2.0, "2 s (3 s"), (4.0, "4 s (3 s not")]
)
def test_a_table_says_whether_a_limit_is_kept(seconds, told):
    first = Record(networks.LONG, networks.FIRST, networks.NUMPY, seconds)
    ((_, _, takes),) = tables(Outcome("networks", [first]))[0].rows
    assert takes == f"{told} met)"


def test_a_measure_may_have_a_unit_of_its_own():
    read = Record(networks.LSTM, networks.LINES, networks.NUMPY, 87)
    (table,) = tables(Outcome("networks", [read]))
    assert table.title == f"Networks: {networks.LINES}"
    assert table.rows == [[networks.LSTM, networks.NUMPY, "87 lines"]]


def test_results_are_read_as_they_were_saved(tmp_path):
    outcome = Outcome("training", RECORDS, {"JAX by hand": "jax is not installed"})
    results = Results("pellucid bench training", {"cores": "2"}, [outcome])
    results.save(tmp_path / "figures.json")
    assert markdown(Results.load(tmp_path / "figures.json")) == markdown(results)


def test_a_page_is_filled_between_its_marks_and_nowhere_else():
    results = Results("", {}, [Outcome("training", RECORDS)])
    page = f"above\n<!-- bench: training, {FIT} -->\nold\n<!-- bench: end -->\nbelow\n"
    filled = benchmark_pages.filled(page, results)
    assert "15 (10 met)" in filled
    assert "old" not in filled
    assert filled.startswith("above\n<!-- bench: training")
    assert filled.endswith("<!-- bench: end -->\nbelow\n")
    assert benchmark_pages.filled(filled, results) == filled


@pytest.mark.parametrize("page", benchmark_pages.PAGES, ids=lambda page: page.name)
def test_the_pages_show_the_figures_that_are_kept(page):
    if not benchmark_pages.RESULTS.exists():
        pytest.skip("no run is kept yet")
    results = Results.load(benchmark_pages.RESULTS)
    text = page.read_text("utf-8")
    assert benchmark_pages.filled(text, results) == text


# Like is compared with like


def lengths(rival):
    """The length of each gradient, by a rival in a process of its own."""
    answer = race.run(["gradients", rival, True, list(PROBLEMS)], dict(os.environ))
    if "absent" in answer:
        pytest.skip(answer["absent"])
    return {
        case: marks["a gradient"]["check"] for case, marks in answer["marks"].items()
    }


@pytest.fixture(scope="module")
def expected():
    return lengths("Pellucid, NumPy")


@pytest.mark.parametrize("rival", ["autograd", "JAX, jitted", "PyTorch, eager"])
def test_every_rival_finds_our_gradients(rival, expected):
    assert lengths(rival) == pytest.approx(expected, rel=1e-6)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", [name for name in TRAINERS if name != WHOLE])
def test_every_trainer_learns_as_scikit_learn_does(name):
    X, y = data(EASY)
    try:
        cost = TRAINERS[name](EASY).fit(X, y)
    except (AbsentError, MissingExtraError) as absent:
        pytest.skip(str(absent))
    assert cost == pytest.approx(TRAINERS["scikit-learn"](EASY).fit(X, y), rel=0.3)


def costs(name, case):
    """The cost of each of three epochs of a network."""
    task, trainer = networks.TASKS[case].tiny(), networks.TRAINERS[name]
    try:
        looks = trainer.looked(task, task.start(), 3, 0.0)
    except (AbsentError, MissingExtraError) as absent:
        pytest.skip(str(absent))
    return [cost for _, cost in looks]


@pytest.fixture(scope="module", params=[*networks.TASKS][:3])
def trained(request):
    """A network, and its costs as PyTorch's own layers and Adam find them."""
    return request.param, costs(networks.EAGER, request.param)


@pytest.mark.parametrize("name", [*OURS, networks.BY_HAND])
def test_layers_and_adam_are_those_of_pytorch(name, trained):
    case, expected = trained
    assert costs(name, case) == pytest.approx(expected, rel=2e-5)


@pytest.mark.parametrize(
    "name", [name for name in networks.TRAINERS if name.endswith(networks.ON_GPU)]
)
def test_a_rival_on_a_gpu_is_left_out_where_there_is_none(name, monkeypatch):
    library = networks.TRAINERS[name].library
    monkeypatch.setitem(devices.FINDS, library, lambda: False)
    with pytest.raises(AbsentError, match=r"^there is no GPU here$"):
        contest("networks").rivals[name].measure(networks.LENET, True)


@pytest.mark.parametrize("costed", [True, False])
def test_a_step_is_had_with_its_cost_and_without(costed):
    trainer = TRAINERS["Pellucid, NumPy"](EASY.tiny())
    assert trainer.step(*data(EASY.tiny()), costed, 0.0) > 0


def test_the_epoch_says_its_cost_or_nothing():
    trainer = TRAINERS["Pellucid, NumPy"](EASY.tiny())
    state = trainer.start(*data(EASY.tiny()))
    assert np.isnan(trainer.epoch(state, False))
    assert 0 < trainer.epoch(state, True) < 5


def test_torch_compile_says_when_there_is_no_compiler(monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(pytorch.shutil, "which", lambda name: None)
    with pytest.raises(AbsentError, match=r"needs a C\+\+ compiler"):
        pytorch.Whole(EASY)


def test_the_peak_of_memory_is_seen():
    memory.forget()
    before = memory.peak()
    assert np.ones(10_000_000).sum() == 1e7  # 80 MB, gone again
    assert memory.peak() - before == pytest.approx(80e6, rel=0.1)


# Rows without end


NAMES = ["lstsq", "loop to a plane", "loop to odds"]


@pytest.mark.parametrize(("fit", "odds"), [(theirs._lstsq, False), *LOOPS], ids=NAMES)
def test_what_rivals_find_on_blocks_is_the_plane(fit, odds):
    task = Task(20_000, odds)
    X, y = workers.drawn(task)
    w, b = fit(X, y, task)
    assert np.append(w, b) == pytest.approx(
        np.append(*workers.ours(X, y, task)), abs=0.1
    )


def test_pellucid_fit_is_given_the_file_and_a_failure_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv(race.SCRATCH, str(tmp_path))
    found = ours.from_text(Task(300))
    assert found["a fit"].best > 0
    assert [path.name for path in tmp_path.iterdir()] == ["rows-300.csv"]
    (tmp_path / "rows-300.csv").write_text("y\n", "utf-8")
    with pytest.raises(RuntimeError, match=r"^pellucid fit ended with 1$"):
        ours.from_text(Task(300))


def test_a_worker_is_killed_when_half_of_the_pieces_are_summed(monkeypatch):
    killed, seen = [], []
    monkeypatch.setattr(
        ours.os, "kill", lambda pid, how: killed.append((pid, len(seen)))
    )
    runner = ours.Killing(Cores(1), 42)
    assert runner.reduced(lambda i: i, [(i,) for i in range(6)], seen.append) == 15
    assert (killed, seen) == ([(42, 2)], [0, 1, 2, 3, 4, 5])
