"""The doors: the base classes and types that plugin authors write against."""

from inrkit.interfaces.clips import ClipBatch
from inrkit.interfaces.dataset import Dataset
from inrkit.interfaces.encoder import Encoder
from inrkit.interfaces.hypernetwork import HyperNetwork
from inrkit.interfaces.imported import Imported
from inrkit.interfaces.inr import INR
from inrkit.interfaces.method import Method, Situation
from inrkit.interfaces.metric import Metric
from inrkit.interfaces.observation import Observation
from inrkit.interfaces.sampler import Sampler
from inrkit.interfaces.task import ObservationTask, Task, TaskResult
from inrkit.interfaces.types import Decode, Output, Sample, Shape, Shapes, Spec, Tensors, Unit, coarsest, per_clip

__all__ = [
    "INR",
    "ClipBatch",
    "Dataset",
    "Decode",
    "Encoder",
    "HyperNetwork",
    "Imported",
    "Method",
    "Metric",
    "Observation",
    "ObservationTask",
    "Output",
    "Sample",
    "Sampler",
    "Shape",
    "Shapes",
    "Situation",
    "Spec",
    "Task",
    "TaskResult",
    "Tensors",
    "Unit",
    "coarsest",
    "per_clip",
]
