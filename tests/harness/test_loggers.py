"""What lmms-eval sends elsewhere, with our tasks: to Weights & Biases, offline, and to a hub on this machine."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lmms_robust.perturbations import VARIANTS

TASKS = "robustness_scenes,robust_scenes_wrong_think"


class Hub(BaseHTTPRequestHandler):
    """Takes repositories and commits, and keeps the files of the latter: path -> content."""

    files: dict[str, bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "/preupload/" in self.path:
            regular = {"uploadMode": "regular", "shouldIgnore": False}
            self._answer({"files": [{"path": one["path"], **regular} for one in json.loads(body)["files"]]})
            return
        if "/commit/" in self.path:
            for operation in map(json.loads, body.splitlines()):
                if operation["key"] == "file":
                    self.files[operation["value"]["path"]] = base64.b64decode(operation["value"]["content"])
        url = f"http://{self.headers['Host']}/datasets/org/x"
        self._answer({"url": url, "commitUrl": f"{url}/commit/1", "commitOid": "1"})

    def do_GET(self) -> None:
        self._answer([{"type": "file", "path": path, "oid": "1", "size": 1} for path in self.files])

    def _answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def hub() -> Iterator[tuple[str, dict[str, bytes]]]:
    files: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("KeepingHub", (Hub,), {"files": files}))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", files
    finally:
        server.shutdown()
        server.server_close()


def table(folder: Path, name: str) -> list[dict[str, object]]:
    """A table that wandb keeps for a later upload, as rows."""
    (path,) = folder.glob(f"wandb/offline-run-*/files/media/table/**/{name}_*.table.json")
    found = json.loads(path.read_text())
    return [dict(zip(found["columns"], row, strict=True)) for row in found["data"]]


@pytest.mark.harness
def test_wandb_takes_results_and_samples(lmms_eval, tmp_path: Path) -> None:
    logged = ("--wandb_args", "project=robust", "--wandb_log_samples", "--limit", "24")
    variables = {"WANDB_MODE": "offline", "WANDB_DIR": str(tmp_path)}
    run = lmms_eval("out", TASKS, *logged, "--gen_kwargs", "max_new_tokens=32", variables=variables, fresh=True)
    assert run.status == 0, run.text
    assert "Weights and Biases failed" not in run.text
    results = {(row["Tasks"], row["Metric"]): row["Value"] for row in table(tmp_path, "eval_results")}
    suite = run.results["results"]["robustness_scenes"]
    for metric in ("acc_base", "drop_wrong_think", "joint_acc"):
        assert float(results["robustness_scenes", metric]) == suite[f"{metric},none"]
    assert not [name for _, name in results if name.startswith(("record", "score"))]
    rows = table(tmp_path, "robustness_scenes_eval_results")
    samples = run.samples("robustness_scenes")
    assert [row["raw_predictions"] for row in rows] == [sample["filtered_resps"] for sample in samples]
    assert [row["data"] for row in rows] == [sample["input"] for sample in samples]
    scores = [row["acc_wrong_think"] for row, sample in zip(rows, samples, strict=True) if "acc_wrong_think" in sample]
    assert scores == [sample["acc_wrong_think"] for sample in samples if "acc_wrong_think" in sample]
    assert len(scores) == 2
    paired = [json.loads(cell) for row in rows if isinstance(cell := row["drop_wrong_think"], str)]
    assert {variant for _, variant, _ in paired} == {"base", "wrong_think"}
    leaf = table(tmp_path, "robust_scenes_wrong_think_eval_results")
    assert [row["acc"] for row in leaf] == [sample["acc"] for sample in run.samples("robust_scenes_wrong_think")]


@pytest.mark.harness
def test_the_hub_is_sent_results_and_samples(lmms_eval) -> None:
    pushed = "hub_results_org=org,push_results_to_hub=True,push_samples_to_hub=True"
    with hub() as (address, files):
        variables = {"HF_ENDPOINT": address, "HF_HUB_OFFLINE": "0", "HF_TOKEN": "hf_none"}
        more = ("--hf_hub_log_args", pushed, "--limit", "12", "--gen_kwargs", "max_new_tokens=32")
        run = lmms_eval("out", "robustness_scenes", *more, variables=variables, fresh=True)
    (samples,) = (content for path, content in files.items() if "_samples_robustness_scenes" in path)
    records = [json.loads(line)["record"] for line in samples.decode().splitlines()]
    assert [record["variant"] for record in records] == list(VARIANTS), run.text
    (results, *_) = (json.loads(content) for path, content in files.items() if path.endswith("_results.json"))
    assert results["results"]["robustness_scenes"]["acc_base,none"] in (0, 1)
