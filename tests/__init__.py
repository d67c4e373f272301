"""Tests run side by side, each on one core: threads that wait for each other cost ten times the time."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
