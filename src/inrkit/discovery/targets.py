"""Import what a declaration names, and say what is wrong when that fails."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from inrkit.discovery.load import because
from inrkit.errors import BadInput, InrkitError, PluginError, did_you_mean


def import_target(target: str, what: str) -> Any:
    """The object that ``"module:Name"`` means; `what` names its owner in messages.

    Raises:
        PluginError: There is no such module or name, or the module raises.
        BadInput: The module needs a package that is not installed.
    """
    module_name, _, name = target.partition(":")
    try:
        module = import_module(module_name)
    except (InrkitError, KeyboardInterrupt):
        raise
    except BaseException as error:  # the isolation border: a plugin's module may raise anything
        raise _import_failed(error, module_name, what) from error
    if not hasattr(module, name):
        public = [known for known in vars(module) if not known.startswith("_")]
        raise PluginError(f"{what}: module {module_name!r} has no {name!r}", did_you_mean(name, public))
    return getattr(module, name)


def import_class(target: str, base: type, what: str) -> type[Any]:
    """The class that ``"module:Class"`` means.

    Raises:
        PluginError: As :func:`import_target`; also if it is no class, or none derived from `base`.
        BadInput: As :func:`import_target`.
    """
    value = import_target(target, what)
    if not isinstance(value, type):
        raise PluginError(f"{what}: {target!r} is no class", f"Name a class derived from {_path(base)}.")
    if not issubclass(value, base):
        raise PluginError(f"{what}: {target!r} is not derived from {_path(base)}", f"Derive it from {base.__name__}.")
    return value


def _path(base: type) -> str:
    return f"{base.__module__.partition('.')[0]}.{base.__name__}"


def _import_failed(error: BaseException, module: str, what: str) -> InrkitError:
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing and f"{module}.".startswith(f"{missing}."):
        return PluginError(
            f"{what}: there is no module {missing!r}", f"Correct {module!r} in the declaration, or install it again."
        )
    if missing and missing.partition(".")[0] != module.partition(".")[0]:
        hint = "Install the package that holds it; it may belong to an extra of the plugin."
        return BadInput(f"{what} needs the Python module {missing!r}, which is not installed", hint)
    return PluginError(f"{what}: importing {module!r} fails: {because(error)}", "Report this to its author.")
