"""Plugins that fail while they work, not at import: each is named in one message."""

import textwrap

import pytest
import torch

from inrkit import discovery, write_video

PLUGIN = """
    import torch
    from pydantic import BaseModel
    from inrkit import Observation, ObservationTask, Sampler, Task, TaskResult, declare, hookimpl

    class Options(BaseModel):
        where: str = ""

    def fails_in(where, options):
        if options.where == where:
            {}[where]

    class Seen(Observation):
        def see(self, rgb):
            if self.where == "wide":
                return rgb @ torch.zeros(5, 5)
            fails_in("see", self)
            return rgb
        def fill(self, seen):
            fails_in("fill", self)
            return seen

    class Watch(ObservationTask):
        def observe(self, clip_shape, options, generator):
            fails_in("observe", options)
            self.where = options.where
            seen = Seen(torch.ones(clip_shape, dtype=torch.bool))
            seen.where = options.where
            return None if options.where == "nothing" else seen
        def baseline(self, clips, observation):
            fails_in("baseline", self)
            return clips[:, :1] if self.where == "short" else clips

    class Do(Task):
        def run(self, model, options):
            fails_in("run", options)
            if options.where == "full":
                raise MemoryError("no more")
            return None if options.where == "nothing" else TaskResult({"fine": True})

    class Draw(Sampler):
        def __init__(self, options):
            self.where = options.where
            fails_in("__init__", self)
        def fit(self, latents):
            fails_in("fit", self)
            self.latents = latents
        def sample(self, count, generator):
            fails_in("sample", self)
            return None if self.where == "nothing" else {n: v[:1].expand(count, *v.shape[1:])
                                                         for n, v in self.latents.items()}

    own = dict(options="faulty:Options", summary="Fails")

    @hookimpl
    def inrkit_tasks():
        return [declare.Task(name="watch", target="faulty:Watch", **own),
                declare.Task(name="do", target="faulty:Do", needs_run=False, **own)]

    @hookimpl
    def inrkit_samplers():
        return [declare.Sampler(name="draw", target="faulty:Draw", **own)]
"""


@pytest.fixture
def one_file(clean, tmp_path, monkeypatch):
    """Make a module the one plugin of one file that there is: ``one_file("mine", source)``."""

    def offer(module, source):
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(source))
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setenv("INRKIT_PLUGIN_MODULES", module)
        discovery.reset()

    return offer


@pytest.fixture
def faulty(one_file, cli, run, tmp_path):
    """``faulty("watch", "observe")``: a command of the plugin, told where to fail."""
    one_file("faulty", PLUGIN)
    film = tmp_path / "film.mkv"
    write_video(film, torch.randint(0, 256, (5, 8, 8, 3), generator=torch.Generator().manual_seed(0)).byte(), 25)
    commands = {
        "watch": lambda where: ("watch", film, "--run", run, "--steps", 1, "--where", where),
        "do": lambda where: ("do", "--where", where),
        "sample": lambda where: ("sample", "--run", run, "-n", 2, "--sampler", "draw", "-o", f"where={where}"),
        "evaluate": lambda where: (
            *(
                "evaluate",
                run,
                "--samples",
                2,
                "--sampler",
                "draw",
                "--metrics",
                "nearest",
                "-o",
                f"draw.where={where}",
            ),
        ),
    }
    return lambda command, where: cli(*commands[command](where))


@pytest.mark.parametrize("command", ["watch", "do", "sample", "evaluate"])
def test_without_a_fault_it_works(faulty, command):
    outcome = faulty(command, "nowhere")
    assert outcome.exit_code == 0, outcome.output


PLACES = [("watch", where) for where in ("observe", "see", "fill", "baseline")]
PLACES += [("do", "run"), ("sample", "__init__"), ("sample", "fit"), ("evaluate", "sample")]


@pytest.mark.parametrize(("command", "where"), PLACES)
def test_the_plugin_is_named_whose_code_raised(faulty, command, where):
    outcome = faulty(command, where)
    assert outcome.exit_code == 3, outcome.output
    assert f"plugin faulty (faulty without a version) fails: KeyError: '{where}'" in outcome.stderr
    assert "(faulty, line " in outcome.stderr and "in fails_in" in outcome.stderr
    assert outcome.stderr.count("error: ") == 1 and "Traceback" not in outcome.output


def test_it_is_named_where_what_it_called_raises(faulty):
    outcome = faulty("watch", "wide")
    assert outcome.exit_code == 3 and "plugin faulty" in outcome.stderr and "in see)" in outcome.stderr, outcome.output


def test_the_traceback_can_be_asked_for(faulty, monkeypatch):
    monkeypatch.setenv("INRKIT_TRACEBACK", "1")
    outcome = faulty("sample", "fit")
    assert outcome.exit_code == 3, outcome.output
    assert "Traceback (most recent call last)" in outcome.stderr and "{}[where]" in outcome.stderr
    assert outcome.stderr.index("Traceback") < outcome.stderr.index("error: plugin faulty")


@pytest.mark.parametrize(
    ("command", "where", "said"),
    [
        ("watch", "nothing", "watch observes NoneType, which is no Observation"),
        ("watch", "short", "watch gives a baseline of (1, 1, 8, 8, 3) for clips of (1, 5, 8, 8, 3)"),
        ("do", "nothing", "do gives NoneType and no TaskResult"),
        ("sample", "nothing", "the sampler 'draw' gives no latents of the shapes"),
    ],
)
def test_what_is_no_answer_is_the_fault_of_the_plugin(faulty, command, where, said):
    outcome = faulty(command, where)
    assert outcome.exit_code == 3 and said in outcome.stderr, outcome.output
    assert outcome.stderr.count("error: ") == 1 and "Traceback" not in outcome.output


def test_too_little_memory_is_no_fault_of_a_plugin(faulty):
    outcome = faulty("do", "full")
    assert isinstance(outcome.exception, MemoryError)


def test_our_own_mistakes_are_not_hidden(faulty, monkeypatch):
    monkeypatch.setattr("inrkit.engine.observe.find", lambda *_, **__: {}["ours"])
    assert isinstance(faulty("watch", "nowhere").exception, KeyError)


PARTS = """
    import torch
    from torch import nn
    from inrkit import INR, HyperNetwork, declare, hookimpl

    class Plain(INR):
        def __init__(self, config, spec):
            super().__init__()
            self.net = nn.Linear(3, 3)
            self.per_video("net")
        def forward(self, coords):
            return self.net(coords)

    class Four(Plain):
        def forward(self, coords):
            return super().forward(coords)[:, [0, 1, 2, 0]]

    class Nothing(INR):
        def __init__(self, config, spec):
            super().__init__()
            self.net = nn.Linear(3, 3)
        def forward(self, coords):
            return self.net(coords)

    class Forgot(INR):
        def __init__(self, config, spec):
            super().__init__()
            self.net = nn.Linear(3, 3)
            self.per_video("net")

    class Typo(Plain):
        def __init__(self, config, spec):
            super().__init__(config, spec)
            self.per_video("nett")

    class Right(HyperNetwork):
        def __init__(self, config, spec):
            super().__init__()
            weights = {n.replace(".", "/"): nn.Parameter(w.clone()) for n, w in spec.weights.items()}
            self.base = nn.ParameterDict(weights)
        def forward(self, latents):
            z = latents["z"].mean(1)
            return {n.replace("/", "."): w + 0 * z.view(-1, *[1] * w.ndim) for n, w in self.base.items()}

    class Missing(Right):
        def forward(self, latents):
            return {n: w for n, w in super().forward(latents).items() if not n.endswith("bias")}

    class More(Right):
        def forward(self, latents):
            return super().forward(latents) | {"more": latents["z"]}

    class Flat(Right):
        def forward(self, latents):
            return {n: w.flatten(1) for n, w in super().forward(latents).items()}

    @hookimpl
    def inrkit_inrs():
        return [declare.INR(name=c.__name__.lower(), target=f"parts:{c.__name__}", summary="")
                for c in (Plain, Four, Nothing, Forgot, Typo)]

    @hookimpl
    def inrkit_hypernetworks():
        return [declare.HyperNetwork(name=c.__name__.lower(), target=f"parts:{c.__name__}", summary="")
                for c in (Right, Missing, More, Flat)]
"""


@pytest.fixture
def parts(one_file, cli):
    """A training of two steps with components of a one-file plugin: ``parts("--inr", "plain")``."""
    one_file("parts", PARTS)
    words = ("-o", "count=4", "-o", "held_out=1", "--size", "8x8", "--frames", "5", "--steps", "2", "--device", "cpu")
    return lambda *more: cli("train", "--plugin", "inrv", *words, "--out", "made", *more)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--inr", "four"), "inr four of parts makes (2, 2, 4) of coordinates of shape (1, 2, 3) for 2 videos"),
        (("--inr", "nothing"), "inr nothing of parts has nothing that differs per video"),
        (("--inr", "forgot"), "inr forgot of parts has no forward"),
        (("--hypernetwork", "missing"), "hypernetwork missing of parts makes other weights than INR nerf-mlp has"),
        (("--hypernetwork", "more"), "'more' is none of its"),
        (("--hypernetwork", "flat"), "'net.0.weight' is ("),
    ],
)
def test_a_training_names_the_component_that_breaks_its_promise(parts, tmp_path, words, said):
    outcome = parts(*words)
    assert outcome.exit_code == 3, outcome.output
    assert said in outcome.stderr and "inrkit plugins check" in outcome.stderr
    assert not (tmp_path / "made").exists()


def test_what_cannot_be_built_has_its_line(parts):
    outcome = parts("--inr", "typo")
    assert outcome.exit_code == 2 and "per_video('nett')" in outcome.stderr and "(parts, line " in outcome.stderr


def test_a_run_of_a_file_that_is_not_named_any_more_says_which_to_name(parts, cli, monkeypatch):
    done = parts("--inr", "plain", "--hypernetwork", "right")
    assert done.exit_code == 0, done.output
    monkeypatch.delenv("INRKIT_PLUGIN_MODULES")
    discovery.reset()
    outcome = cli("render", "made", "--clip", "0", "--out", "a.mkv")
    assert outcome.exit_code == 2 and "export INRKIT_PLUGIN_MODULES=parts" in outcome.stderr
    assert "Install" not in outcome.stderr


DATA = """
    from inrkit import Dataset, Observation, ObservationTask, declare, hookimpl

    class Words(Dataset):
        def clips(self, options, shape):
            return ["a.mp4", "b.mp4"]

    class Halved(Observation):
        def see(self, rgb):
            return rgb[:, :, ::2]

    class Halves(ObservationTask):
        def observe(self, clip_shape, options, generator):
            return Halved()

    @hookimpl
    def inrkit_datasets():
        return [declare.Dataset(name="words", target="data_parts:Words", summary="")]

    @hookimpl
    def inrkit_tasks():
        return [declare.Task(name="halves", target="data_parts:Halves", summary="")]
"""


@pytest.fixture
def data_parts(one_file):
    one_file("data_parts", DATA)


def test_a_dataset_gives_videos_and_no_names_of_them(data_parts, cli):
    outcome = cli("train", "words", "--plugin", "inrv", "--steps", "1", "--out", "made")
    assert outcome.exit_code == 3, outcome.output
    assert "a dataset gives str, which is no video" in outcome.stderr and "pathlib.Path" in outcome.stderr


def test_an_observation_of_points_keeps_their_number(data_parts, cli, run, tmp_path):
    film = tmp_path / "film.mkv"
    write_video(film, torch.zeros(5, 8, 8, 3, dtype=torch.uint8), 25)
    outcome = cli("halves", film, "--run", run, "--steps", "1")
    assert outcome.exit_code == 3, outcome.output
    assert "Halved makes" in outcome.stderr and "unit = 'frame'" in outcome.stderr
