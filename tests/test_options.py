"""Options from several sources, checked."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from inrkit.errors import BadInput
from inrkit.options import NoOptions, describe, environment_options, parse_assignments, read_toml, resolve


class Train(BaseModel):
    model_config = ConfigDict(extra="forbid")
    steps: int = Field(100, gt=0, description="how many")
    batch_size: int = 4
    lr: float = 1e-3
    seed: int = 0


class Method(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lr: float = 1e-4
    act: Literal["relu", "sine"] = "relu"
    widths: dict[str, int] = Field(default_factory=dict)


class INR(BaseModel):
    model_config = ConfigDict(extra="forbid")
    seed: int | None = None
    path: str


MODELS = {"train": Train, "method": Method}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("5", 5),
        ("true", True),
        ("[1, 2]", [1, 2]),
        ("{a=1}", {"a": 1}),
        ("siren", "siren"),
        ('"5"', "5"),
        ("'a#b'", "a#b"),
        ("1#2", "1#2"),
        ("1e-4x", "1e-4x"),
        ("2024-01-01", "2024-01-01"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_values_are_toml_or_bare_words(text, value):
    parsed = parse_assignments([f"a.b={text}"])
    assert parsed == {"a.b": value}
    assert type(parsed["a.b"]) is type(value)


@pytest.mark.parametrize("text", ["lr", "=1", "lr=1\nseed=2", "lr=1\rseed=2"])
def test_what_is_no_assignment_is_refused(text):
    with pytest.raises(BadInput):
        parse_assignments([text])


def test_environment_variables_have_a_section():
    environ = {"INRKIT_TRAIN__BATCH_SIZE": "8", "INRKIT_PLUGINS": "a", "OTHER__X": "1", "INRKIT_FRAME_TASK__N": "2"}
    assert environment_options(environ) == {"train.batch_size": 8, "frame_task.n": 2}
    assert environment_options(environ, ["frame-task"]) == {"frame_task.n": 2}


def test_toml_is_flattened(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("seed = 1\n[train]\nsteps = 5\n[method.widths]\na = 2\n")
    assert read_toml(path) == {"seed": 1, "train.steps": 5, "method.widths.a": 2}


@pytest.mark.parametrize("content", [b"steps = ", b"\xff"])
def test_a_bad_file_is_bad_input(tmp_path, content):
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="is not TOML"):
        read_toml(path)
    with pytest.raises(BadInput, match=r"Cannot read .*No such file"):
        read_toml(tmp_path / "absent.toml")


def test_later_layers_win_over_earlier_ones_and_defaults():
    made = resolve(MODELS, {"train.steps": 5, "train.seed": 1}, {"train.steps": 6}, {"steps": 7})
    assert made["train"] == Train(steps=7, seed=1)
    assert made["method"] == Method()


def test_bare_keys_mean_the_only_section_or_the_method():
    made = resolve(MODELS, {"lr": 0.5, "act": "sine", "batch-size": 2})
    assert made["method"] == Method(lr=0.5, act="sine")
    assert made["train"] == Train(batch_size=2)


def test_a_bare_key_of_several_sections_must_be_said_in_full():
    with pytest.raises(BadInput, match=r"'seed' means several things. Say which one: train.seed or inr.seed."):
        resolve({"train": Train, "inr": INR}, {"seed": 1, "inr.path": "x"})


def test_more_dots_reach_into_dictionaries_and_leave_the_layers_alone():
    first = {"method.widths": {"a": 1, "b-c": 2}}
    made = resolve(MODELS, first, {"method.widths.a": 3, "widths.d-e": 4})
    assert made["method"] == Method(widths={"a": 3, "b-c": 2, "d-e": 4})
    assert first == {"method.widths": {"a": 1, "b-c": 2}}


@pytest.mark.parametrize(
    ("key", "near"), [("train.stesp", "train.steps"), ("stesp", "steps"), ("trian.steps", "train.steps")]
)
def test_an_unknown_key_names_the_nearest(key, near):
    with pytest.raises(BadInput, match=f"There is no option {key!r}. Did you mean {near!r}?"):
        resolve(MODELS, {key: 1})


def test_a_thing_without_options_has_none():
    with pytest.raises(BadInput, match="There are none"):
        resolve({"inr": NoOptions}, {"inr.x": 1})
    assert resolve({"inr": NoOptions})["inr"] == NoOptions()


def test_all_refused_values_are_named_at_once():
    with pytest.raises(BadInput) as caught:
        resolve({**MODELS, "inr": INR}, {"train.steps": 0, "act": "tanh", "train.lr": "1e-4x"})
    text = str(caught.value)
    assert "train.steps: Input should be greater than 0 (got 0)" in text
    assert "method.act: Input should be 'relu' or 'sine' (got 'tanh')" in text
    assert "train.lr: " in text
    assert "(got '1e-4x')" in text
    assert "inr.path: Field required" in text
    assert "\n" not in text


def test_describe_gives_the_columns_of_a_help_table():
    assert describe(Train)[0] == ("steps", "int", "100", "how many")
    assert describe(Method)[1:] == [
        ("act", "relu | sine", "relu", ""),
        ("widths", "dict[str, int]", "{}", ""),
    ]
    assert describe(INR) == [("seed", "int | none", "none", ""), ("path", "str", "required", "")]
