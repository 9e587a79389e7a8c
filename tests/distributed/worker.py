"""What each of two processes does in tests: a small training, and questions to the team. Answers go to a file each."""

import atexit
import hashlib
import json
import sys
from pathlib import Path

import torch

import inrkit
from inrkit.engine.codes import CodeTable
from inrkit.engine.ranks import ranks
from inrkit.engine.reporter import Reporter
from inrkit.engine.team import SaidElsewhere
from inrkit.engine.train import Trainer
from inrkit.errors import BadInput, InrkitError

settings = json.loads(sys.argv[1])


def threads():
    """Names of those that are left once the team is."""
    names = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").glob("*")]
    Path(f"threads-{team.rank}.json").write_text(json.dumps(names))


atexit.register(threads)  # before the team registers its own, so that it comes after that
team = ranks("cpu")
answers = {"rank": team.rank, "size": team.size}
trainers = []
taken = []


def digest(tensors):
    everything = hashlib.sha256()
    for name, value in sorted(tensors.items()):
        everything.update(name.encode() + value.detach().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return everything.hexdigest()


def watch(cls, name, see):
    method = getattr(cls, name)

    def watched(self, *args):
        see(self, *args)
        return method(self, *args)

    setattr(cls, name, watched)


class Told(Reporter):
    """What is said of the training."""

    def training(self, step, steps, record):
        answers.setdefault("told", []).append(step)


# --- the same model at the start and for ever, each clip once an epoch, and what only the first may do

watch(Trainer, "train", lambda self: trainers.append(self))
watch(CodeTable, "take", lambda self, index: taken.append(index.tolist()))
watch(Trainer, "prepare", lambda self: answers.update(start=digest(self.model.state_dict() | self.codes.state_dict())))
inrkit.train(plugin="inrv", device="cpu", options=settings["options"], out="two", reporter=Told())
trainer = trainers.pop()
answers["end"] = digest(trainer.model.state_dict() | trainer.codes.state_dict())
answers["clips"] = taken[:]

# --- other families: an inner loop, networks of their own without a shared parameter, and one clip for two processes

for name, options in settings["families"].items():
    inrkit.train(plugin=name, device="cpu", options=options, out=f"two-{name}")
    trainer = trainers.pop()
    answers[name] = digest(trainer.model.state_dict() | trainer.codes.state_dict())

# --- the team itself

answers["part"] = [[part.start, part.stop] for part in map(team.part, (0, 1, 5, 8))]
own = torch.arange(5.0)[team.part(5)]
answers["rows"] = team.rows({"a": own[:, None] * torch.ones(2), "b": own}, 5)["a"].tolist()
answers["joined"] = team.joined({"a": own} if team.first else {})["a"].tolist()
answers["any"] = [team.any(None), team.any(15 if team.rank else None)]
answers["everyone"] = team.everyone("é" * (1 + team.rank))


def refused(do):
    try:
        do()
    except (BadInput, SaidElsewhere, InrkitError) as error:
        return [type(error).__name__, str(error)]


def bad():
    raise BadInput("no such thing", "Ask for another.")


answers["lead"] = team.lead(lambda: {"from": team.rank})
answers["failed"] = refused(lambda: team.lead(bad))
answers["differing"] = refused(lambda: team.check_same({"a": torch.ones(3), "b": torch.tensor([0.0, team.rank])}))
answers["device"] = [refused(lambda: ranks("cuda:0")), refused(lambda: ranks("mps"))]
Path(f"rank-{team.rank}.json").write_text(json.dumps(answers))
