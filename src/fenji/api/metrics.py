"""What do those who watch over the server read? Counts and times of all its processes, jobs by state, and how large the store is."""

from __future__ import annotations

import os

from prometheus_client import REGISTRY as OWN
from prometheus_client import CollectorRegistry, Gauge, generate_latest, multiprocess

from fenji.http.observing import KEPT_BYTES, KEPT_HITS, KEPT_MISSES
from fenji.http.serving import Serving

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the worker processes of one server put what they have counted; set by ``fenji serve``."""


def exposition(serving: Serving) -> bytes:
    """The text that Prometheus scrapes."""
    KEPT_BYTES.set(serving.kept.bytes)
    KEPT_HITS.set(serving.kept.hits)
    KEPT_MISSES.set(serving.kept.misses)
    registry = OWN
    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry) + generate_latest(_of_state(serving))


def _of_state(serving: Serving) -> CollectorRegistry:
    """What the state database knows, which is the same for every process."""
    registry = CollectorRegistry()
    store = Gauge("fenji_store_bytes", "Bytes of all published tables.", registry=registry)
    with serving.workspace.state.reading() as t:
        store.set(t.manifests.bytes())
    return registry
