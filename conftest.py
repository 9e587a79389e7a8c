"""One thread a test process: tiny tensors on several threads are many times slower, most of all on a busy machine."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
