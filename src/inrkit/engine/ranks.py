"""Processes that work together: Accelerate on torch.distributed. Each has the whole model, and some of the clips."""

from __future__ import annotations

import atexit
import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cache
from typing import TypeVar, cast

import torch
import torch.distributed as dist
import torch.distributed.nn  # imported later it keeps the process group for ever, in the defaults of its functions
from accelerate import Accelerator
from safetensors.torch import load, save
from torch import Tensor, nn

from inrkit.engine.team import SaidElsewhere, Team
from inrkit.errors import BadInput, InrkitError
from inrkit.interfaces import Tensors
from inrkit.place import Place, place

T = TypeVar("T")

PATIENCE = timedelta(days=1)
"""How long a process waits for others. That one has died is noticed at once; the first may prepare videos for hours."""

LOST = ("gloo", "nccl", "connection closed by peer", "connection reset by peer", "connection refused", "broken pipe")
"""What errors of torch.distributed speak of when another process has gone."""


@cache
def ranks(device: str) -> Ranks:
    """Join the other processes.

    Raises:
        BadInput: There are fewer devices than processes here.
    """
    return Ranks(place(), device)


class Ranks(Team):
    """See :class:`Team`. What belongs to clips is exact; means over processes differ from one process by rounding."""

    def __init__(self, here: Place, device: str) -> None:
        self.rank, self.size, self.local_size = here.rank, here.size, here.local_size
        self._local = here.local_rank
        cuda = device != "cpu" and torch.cuda.is_available()
        self._check(device, cuda)
        if not dist.is_initialized():
            if cuda:
                torch.cuda.set_device(self._local)
            # Numbers on the GPU go by NCCL, words and waiting by gloo, which does not hold up the GPU.
            dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", timeout=PATIENCE)
            atexit.register(_leave)
        # Precision is chosen in the training loop, whatever `accelerate launch` has in its own settings.
        self._accelerator = Accelerator(cpu=not cuda, mixed_precision="no")

    def _check(self, device: str, cuda: bool) -> None:
        if device.startswith("cuda:"):
            raise BadInput(f"--device {device} is one, and there are {self.size} processes", "Use --device cuda.")
        if device == "mps":
            raise BadInput("processes cannot share an mps device", "Use --device cpu, or one process.")
        if cuda and self._local >= torch.cuda.device_count():
            raise BadInput(
                f"{self.local_size} processes need as many CUDA devices, and here are {torch.cuda.device_count()}",
                "Use fewer --devices, or --device cpu.",
            )

    def device(self, wanted: str) -> torch.device:
        """CUDA devices are dealt out by number.

        Raises:
            BadInput: It is of another kind than the one the processes were started for.
        """
        kind = self._accelerator.device.type
        if wanted.partition(":")[0] != kind:
            raise BadInput(f"the processes work on {kind}, and the run on {wanted}", "Add --device cpu.")
        return torch.device("cuda", self._local) if kind == "cuda" else torch.device(wanted)

    def wrap(self, model: nn.Module) -> nn.Module:
        """In DistributedDataParallel. A model of no parameters has no gradients to average."""
        if not any(parameter.requires_grad for parameter in model.parameters()):
            return model
        return cast(nn.Module, self._accelerator.prepare_model(model))

    def rows(self, part: Tensors, count: int) -> Tensors:
        """In one go: each process adds zeros to the rows of the others."""
        if not part:
            return {}
        sizes = [rows.shape[1:].numel() for rows in part.values()]
        flat = torch.cat([rows.reshape(len(rows), size) for rows, size in zip(part.values(), sizes, strict=True)], 1)
        whole = flat.new_zeros(count, flat.shape[1])
        whole[self.part(count)] = flat
        dist.all_reduce(whole)
        pieces = zip(part.items(), whole.split(sizes, 1), strict=True)
        return {name: piece.view(count, *rows.shape[1:]) for (name, rows), piece in pieces}

    def mean(self, values: Tensor) -> Tensor:
        """By one all-reduce."""
        total = values.clone()
        dist.all_reduce(total)
        return total / self.size

    def joined(self, tensors: Tensors) -> Tensors:
        """On the CPU, by way of safetensors in memory."""
        parts = [load(data) for data in self._everyone(save({name: plain(value) for name, value in tensors.items()}))]
        given = [part for part in parts if part]
        return {name: torch.cat([part[name] for part in given]) for name in (given[0] if given else {})}

    def everyone(self, text: str) -> list[str]:
        """In the order of the processes."""
        return [data.decode() for data in self._everyone(text.encode())]

    def _everyone(self, data: bytes) -> list[bytes]:
        lengths = [torch.zeros(1, dtype=torch.int64) for _ in range(self.size)]
        dist.all_gather(lengths, torch.tensor([len(data)]))
        longest = max(int(length) for length in lengths)
        own = torch.zeros(longest, dtype=torch.uint8)
        own[: len(data)] = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        everything = [torch.empty_like(own) for _ in range(self.size)]
        dist.all_gather(everything, own)
        return [bytes(each[: int(length)].numpy()) for each, length in zip(everything, lengths, strict=True)]

    def any(self, number: int | None) -> int | None:
        """By one all-reduce on the CPU."""
        most = torch.tensor([-1 if number is None else number])
        dist.all_reduce(most, dist.ReduceOp.MAX)
        return None if most < 0 else int(most)

    def lead(
        self, do: Callable[[], T], tell: Callable[[T], str] = json.dumps, hear: Callable[[str], T] = json.loads
    ) -> T:
        """A failure is told as well, so that nobody waits for what will not come."""
        if not self.first:
            said = json.loads(self._broadcast(""))
            if "done" not in said:
                raise SaidElsewhere("the first process has failed, and says why")
            return hear(said["done"])
        try:
            result = do()
            words = json.dumps({"done": tell(result)})
        except BaseException:
            with suppress(RuntimeError):  # the others may be gone
                self._broadcast("{}")
            raise
        self._broadcast(words)
        return result

    def _broadcast(self, text: str) -> str:
        data = text.encode()
        length = torch.tensor([len(data)])
        dist.broadcast(length, 0)
        words = torch.zeros(int(length), dtype=torch.uint8)
        if self.first:
            words[:] = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        dist.broadcast(words, 0)
        return bytes(words.numpy()).decode()

    def check_same(self, tensors: Tensors) -> None:
        """By a sum of the bits of each tensor."""
        if not tensors:
            return
        low = torch.stack([bits(value) for value in tensors.values()]).cpu()
        high = low.clone()
        dist.all_reduce(low, dist.ReduceOp.MIN)
        dist.all_reduce(high, dist.ReduceOp.MAX)
        if differing := [name for name, same in zip(tensors, (low == high).tolist(), strict=True) if not same]:
            raise InrkitError(
                f"the processes no longer have the same model: {len(differing)} tensors differ, first {differing[0]}",
                "Its last checkpoint is intact. Report this, with the plugin it was trained with.",
            )

    def level(self, model: nn.Module) -> None:
        """Of those that a checkpoint holds and no optimiser moves."""
        parameters = {name for name, _ in model.named_parameters()}
        for name, value in model.state_dict().items():
            if name not in parameters:
                dist.broadcast(value, 0)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """What torch.distributed raises then are many kinds of RuntimeError, told apart by their words."""
        try:
            yield
        except RuntimeError as error:
            if isinstance(error, dist.DistError) or any(word in str(error).lower() for word in LOST):
                atexit.unregister(_leave)  # there is nobody to take leave of
                raise SaidElsewhere("another process has ended") from error
            raise


def plain(value: Tensor) -> Tensor:
    """As safetensors wants it."""
    return value.detach().cpu().contiguous()


def bits(value: Tensor) -> Tensor:
    """() int64, the sum of the bits of a tensor, read as whole numbers."""
    flat = value.detach().contiguous().flatten()
    return flat.view(torch.int32 if flat.element_size() == 4 else torch.uint8).sum(dtype=torch.int64)


def _leave() -> None:
    """End gloo's threads: one that is still at work while Python ends calls abort().

    They end with the last holder of the process group, such as a model in DistributedDataParallel.
    """
    gc.collect()
    if dist.is_initialized():
        dist.destroy_process_group()
