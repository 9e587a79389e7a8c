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
def faulty(clean, cli, run, tmp_path, monkeypatch):
    """``faulty("watch", "observe")``: a command of the plugin, told where to fail."""
    (tmp_path / "faulty.py").write_text(textwrap.dedent(PLUGIN))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "faulty")
    discovery.reset()
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
