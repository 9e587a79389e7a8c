"""Checkpoints of the official INR-V code: ``{"model", "optim", "learned_latents"}``, sizes read from the shapes.

Where things go: ``hyper_net`` becomes the model; ``latent_codes`` the codes; Adam's moments follow. With the video-CLIP
branch, its GRU and the layers that join code and video become the encoder, and ``learned_latents`` the latents of those
clips that have any. The INR's own weights, which that code never uses, CLIP itself, and latents and codes that nobody
reads are kept as they are.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor

from inrkit import BadInput, Imported, Tensors

SLOTS = ("exp_avg", "exp_avg_sq", "step")
KEPT = ("clip.", "mergeclipinstance.", "net.")
"""Prefixes of tensors that are kept, used or not."""

BRANCH = {"clip.gru.": "encoder.gru.", "mergeclipinstance.": "encoder.merge."}
"""What of the video-CLIP branch is trained, there and here."""


def read_official(content: Any) -> Imported | None:
    """The model in the content of an official checkpoint; None if it is none.

    Raises:
        BadInput: A key is unknown or missing, or shapes do not fit together.
    """
    if not isinstance(content, dict) or not isinstance(content.get("model"), dict):
        return None
    state: dict[str, Tensor] = content["model"]
    if not any(key.startswith("hyper_net.nets.") for key in state) or "latent_codes.weight" not in state:
        return None
    _refuse_unknown(content, state)
    try:
        return _read(content, state)
    except (LookupError, ArithmeticError, RuntimeError, AttributeError, TypeError, ValueError) as error:
        raise BadInput(f"this is no whole INR-V checkpoint: {type(error).__name__} {error}") from error


def _refuse_unknown(content: dict[str, Any], state: dict[str, Tensor]) -> None:
    known = re.compile(r"hyper_net\.nets\.\d+\.net\.\d+\.0\.(weight|bias)|latent_codes\.weight")
    unread = sorted({str(key) for key in content} - {"model", "optim", "learned_latents"})
    unread += [key for key in state if not known.fullmatch(key) and not key.startswith(KEPT)]
    unread += [f"model.{key}" for key, value in state.items() if not isinstance(value, Tensor)]
    if unread:
        raise BadInput(f"this INR-V checkpoint has keys that nobody reads: {', '.join(unread[:5])}")


def _read(content: dict[str, Any], state: dict[str, Tensor]) -> Imported:
    heads = 1 + max(int(key.split(".")[2]) for key in state if key.startswith("hyper_net."))
    layers = 1 + max(int(key.split(".")[4]) for key in state if key.startswith("hyper_net.nets.0."))
    optimizer = _optimizer_by_name(content.get("optim"), state)
    slots = {slot: {k: torch.as_tensor(v[slot]) for k, v in optimizer.items()} for slot in SLOTS} if optimizer else {}
    table = {slot: values.pop("latent_codes.weight") for slot, values in slots.items()}
    latents, index = _learned_latents(content.get("learned_latents", {}))
    extra = {f"model.{key}": value for key, value in state.items() if key.startswith(KEPT)}
    codes = state["latent_codes.weight"]
    rows = torch.arange(len(codes))
    notes = ["The file does not say the size of the clips; the paper's 25x100x100 is assumed."]
    encoder, branch = _branch(state, codes.shape[1])
    if branch and len(index):
        rows = index
        extra["model.latent_codes.weight"] = codes
        extra |= {f"optim.{slot}.latent_codes.weight": value for slot, value in table.items()}
        notes.append("Its clips are those with learned latents; the encoder is the video-CLIP branch that made them.")
    elif len(latents):
        extra |= {"learned_latents.z": latents}
    if len(index):
        extra["learned_latents.index"] = index
    own = _own_optimizer(slots, heads, layers, extra)
    name = "code" if branch else "z"
    return Imported(
        components={
            "encoder": encoder,
            "hypernetwork": ("mlp-heads", _hypernetwork_options(state, layers)),
            "inr": ("nerf-mlp", _inr_options(state, heads, layers - 1)),
        },
        options={"lpips": 0.0},
        clip_shape=(25, 100, 100),
        model=_stack(state, heads, layers, "hypernetwork.") | branch,
        codes={name: codes[rows]},
        clips=[f"official clip {i}" for i in rows.tolist()],
        latents={"z": latents} if branch and len(index) else {},
        moments={slot: {name: table[slot][rows]} for slot in SLOTS[:2]} if table else {},
        visits=int(table["step"]) if table else 0,
        optimizer=own,
        extra=extra,
        tensors=len(state) + sum(len(values) for values in optimizer.values()) + len(latents),
        notes=notes,
    )


def _branch(state: dict[str, Tensor], code: int) -> tuple[tuple[str, dict[str, Any]], Tensors]:
    """The encoder with its options, and what of the video-CLIP branch it has, by our names; {} without that branch."""
    own = {
        ours + key.removeprefix(theirs): value
        for theirs, ours in BRANCH.items()
        for key, value in state.items()
        if key.startswith(theirs)
    }
    if not any(key.startswith("encoder.merge.") for key in own):
        return ("codebook", {"size": code}), {}
    options = {
        "size": len(own["encoder.merge.2.bias"]),
        "code": code,
        "features": own["encoder.gru.weight_ih_l0"].shape[1],
        "units": own["encoder.gru.weight_hh_l0_reverse"].shape[1],
        "layers": sum(re.fullmatch(r"encoder\.gru\.weight_ih_l\d+", key) is not None for key in own),
        "merge": len(own["encoder.merge.0.bias"]),
        "normalise": False,  # the official code forgot it, so that its GRU knows nothing else
    }
    return ("videoclip", options), own


def _inr_options(state: dict[str, Tensor], heads: int, last: int) -> dict[str, int]:
    """Width, layers and octaves, from the sizes of what the heads make: weight, bias, weight, bias, …"""
    layers = heads // 2
    sizes = [len(state[f"hyper_net.nets.{i}.net.{last}.0.bias"]) for i in range(heads)]
    width = sizes[1]
    octaves = (sizes[0] // width - 3) // 6
    expected = [width * (3 + 6 * octaves), width, *[width * width, width] * (layers - 2), width * 3, 3]
    if heads % 2 or sizes != expected:
        raise BadInput(f"the heads make tensors of {sizes} numbers, which is no INR-V network")
    return {"width": width, "layers": layers - 2, "frequencies": octaves, "time_frequencies": octaves}


def _hypernetwork_options(state: dict[str, Tensor], layers: int) -> dict[str, Any]:
    return {"width": len(state["hyper_net.nets.0.net.0.0.bias"]), "layers": layers - 2, "init": "official"}


def _stack(tensors: dict[str, Tensor], heads: int, layers: int, prefix: str) -> Tensors:
    """``hyper_net.nets.HEAD.net.LAYER.0.*`` as :class:`inrkit_inrv.mlp_heads.MLPHeads` has it: hidden ones stacked."""
    named = {}
    for leaf in ("weight", "bias"):
        for layer in range(layers - 1):
            parts = [tensors[f"hyper_net.nets.{head}.net.{layer}.0.{leaf}"] for head in range(heads)]
            named[f"{prefix}hidden.{layer}.{leaf}"] = torch.stack(parts)
        for head in range(heads):
            named[f"{prefix}last.{head}.{leaf}"] = tensors[f"hyper_net.nets.{head}.net.{layers - 1}.0.{leaf}"]
    return named


def _optimizer_by_name(optim: Any, state: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """Adam's state by parameter name: that code numbers parameters in the order of the model's tensors."""
    if optim is None:
        return {}
    unread = sorted(set(optim) - {"state", "param_groups"})
    order = [number for group in optim["param_groups"] for number in group["params"]]
    names = list(state)
    if unread or len(order) != len(names):
        raise BadInput(f"its optimiser has {len(order)} parameters for {len(names)} tensors, unread keys: {unread}")
    by_name = {
        name: optim["state"][number] for number, name in zip(order, names, strict=True) if number in optim["state"]
    }
    for name, slots in by_name.items():
        if set(slots) != set(SLOTS) or slots["exp_avg"].shape != state[name].shape:
            raise BadInput(f"its optimiser's state of {name} is not Adam's: {sorted(slots)}")
    return by_name


def _own_optimizer(slots: dict[str, dict[str, Tensor]], heads: int, layers: int, extra: Tensors) -> Tensors:
    """The moments of the hypernetwork, stacked like it, and of the encoder; those of everything else go to `extra`."""
    own: Tensors = {}
    for slot, values in slots.items():
        for key, value in values.items():
            theirs = next((prefix for prefix in BRANCH if key.startswith(prefix)), None)
            if theirs:
                own[f"{slot}.{BRANCH[theirs]}{key.removeprefix(theirs)}"] = value.float()
            elif not key.startswith("hyper_net."):
                extra[f"optim.{slot}.{key}"] = value
        stacked = _stack({key: value.float() for key, value in values.items()}, heads, layers, "")
        for name, value in stacked.items():
            if slot == "step" and value.numel() > 1:
                if value.min() != value.max():
                    raise BadInput(f"its optimiser took different numbers of steps on the heads of {name}")
                value = value.flatten()[0]
            own[f"{slot}.hypernetwork.{name}"] = value
    return own


def _learned_latents(latents: Any) -> tuple[Tensor, Tensor]:
    """``{i: [mean, log variance, z]}`` as (n, size) and the numbers i (n,), in order of i."""
    if not isinstance(latents, dict) or not latents:
        return torch.zeros(0), torch.zeros(0, dtype=torch.long)
    index = sorted(latents)
    for i in index:
        if len(latents[i]) != 3 or any(value is not None for value in latents[i][:2]):
            raise BadInput(f"learned_latents[{i}] is not [None, None, z]")
    return torch.stack([latents[i][2].flatten() for i in index]), torch.tensor(index)
