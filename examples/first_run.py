"""One run, its artifact, and the proof that it can be repeated."""

import tempfile
from pathlib import Path

import benchbook as bb

record = bb.run("manta_ray_foraging", "rastrigin", dim=10, instance=1, seed=42, budget=2000)
print(record)

with tempfile.TemporaryDirectory() as folder:
    path = bb.save(record, Path(folder) / "r.json.zst")
    print(f"{path.name}: {path.stat().st_size} bytes")
    print("bit-identical:", bb.verify(bb.load(path)).identical)
