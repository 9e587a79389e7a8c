"""What plugin authors test with: a contract for each door, small stand-ins, and fixtures for pytest.

Each ``check_*`` takes a class, or the name of something installed, and its options; it returns None, or raises a
:class:`ContractError` that says what was expected, what was found and what to change::

    from inrkit.testing import check_inr

    def test_siren():
        check_inr(Siren, options=SirenOptions(width=16))

A check works on tiny shapes, on the CPU, in a fraction of a second, and leaves random generators as they were. Nothing
is imported until it is used: this module is loaded in every run of pytest, for its fixtures.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inrkit.testing.contract import ContractError
    from inrkit.testing.dataset import check_dataset
    from inrkit.testing.encoder import check_encoder
    from inrkit.testing.hypernetwork import check_hypernetwork
    from inrkit.testing.inr import check_inr
    from inrkit.testing.method import check_method
    from inrkit.testing.metric import check_metric
    from inrkit.testing.plugin import check_plugin
    from inrkit.testing.sampler import check_sampler
    from inrkit.testing.task import check_task
    from inrkit.testing.tiny import tiny_model, tiny_videos

__all__ = [
    "ContractError",
    "check_dataset",
    "check_encoder",
    "check_hypernetwork",
    "check_inr",
    "check_method",
    "check_metric",
    "check_plugin",
    "check_sampler",
    "check_task",
    "tiny_model",
    "tiny_videos",
]

_HOMES = {"ContractError": "contract", "tiny_model": "tiny", "tiny_videos": "tiny"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'inrkit.testing' has no attribute {name!r}")
    home = _HOMES.get(name, name.removeprefix("check_"))
    value = getattr(import_module(f"inrkit.testing.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
