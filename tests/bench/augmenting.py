"""Time what makes varied copies, beside bare OpenCV and albumentations: `python -m tests.bench.augmenting`.

A picture of 640 × 480 is decoded, varied and encoded, in one thread, once with ten boxes and once with ten polygons of
twelve corners besides; the ratios say how much more is done in a second of the processor than by the other. Of two
tables the first is of JPEGs of quality 90 with colours thinned out, as most are and as the aims were measured; the
second of 95 with full colours, as copies are made, where the codec takes twice as long for everyone.

albumentations lives in .venv-oracles and works in a process of its own, round by round in turn with ours. It does the
same work: the same content is decoded, the same JPEG encoded, the same objects are moved, a quarter turn is always a
turn (its own transform draws how many, none among them). It has no polygons, so it gets their corners as keypoints,
none of which it removes, and cuts nothing; ours reads and writes outlines as a lake holds them. It has what we set for
glibc's malloc, too, since buffers that are used again make decoding a quarter faster, for it as for us. Two columns
tell of it: with the release of OpenCV that .venv-oracles has, and with ours, for `warpAffine` took half the time in
4.14. Ours moves the objects of many copies at a time, as where versions are planned: here of a hundred frames, a copy
of each.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ORACLES = ROOT / ".venv-oracles" / "bin" / "python"
ROUNDS = 40
FRAMES = 100
ALBUMENTATIONS = """
import sys, time
import albumentations as A, cv2, numpy as np
cv2.setNumThreads(1)
content = np.frombuffer(open(sys.argv[1], "rb").read(), np.uint8)
jpeg = [cv2.IMWRITE_JPEG_QUALITY, int(sys.argv[2]), cv2.IMWRITE_JPEG_SAMPLING_FACTOR, int(sys.argv[3])]
boxes = np.array([[40 + 50 * n, 60 + 30 * n, 90 + 50 * n, 120 + 30 * n] for n in range(10)], float)
warp = dict(border_mode=cv2.BORDER_CONSTANT, fill=0, p=1)
shear = lambda x, y: A.Affine(shear={"x": x, "y": y}, **warp)
jitter = lambda b, s, h: A.ColorJitter(b, (1, 1), s, h, p=1)
class Turned(A.RandomRotate90):
    def __init__(self, quarters):
        super().__init__(p=1)
        self.quarters = quarters
    def get_params(self):
        return {"factor": self.quarters}
kinds = {
    "FLIP_IMAGE.FLIP_HORIZONTAL": A.HorizontalFlip(p=1),
    "FLIP_IMAGE.FLIP_VERTICAL": A.VerticalFlip(p=1),
    "IMAGE_ROTATION.PERCENTAGE_SCALE": A.Rotate((15, 15), **warp),
    "IMAGE_BLUR.BLUR": A.GaussianBlur(0, (5, 5), p=1),
    "NINETY_ROTATION.CLOCKWISE": Turned(3),
    "NINETY_ROTATION.COUNTER_CLOCKWISE": Turned(1),
    "NINETY_ROTATION.UPSIDE_DOWN": Turned(2),
    "GRAYSCALE.GRAYSCALE_PERCENTAGE": A.ToGray(p=1),
    "HUE.HUE_DEGREES": jitter((1, 1), (1, 1), (0.05, 0.05)),
    "SATURATION.SATURATION_DEGREES": jitter((1, 1), (1.3, 1.3), (0, 0)),
    "BRIGHTNESS.BRIGHTNESS_DEGREES": jitter((1.2, 1.2), (1, 1), (0, 0)),
    "NOISE.NOISE_PERCENTAGE": A.SaltAndPepper((0.05, 0.05), (0.5, 0.5), p=1),
    "SHEAR.SHEAR_HORIZONTAL": shear((10, 10), (0, 0)),
    "SHEAR.SHEAR_VERTICAL": shear((0, 0), (10, 10)),
    "CROP.CROP_PERCENTAGE": A.RandomCrop(429, 572, p=1),
}
angle = np.arange(12) * np.pi / 6
half, middle = (boxes[:, 2:] - boxes[:, :2]) / 2, (boxes[:, 2:] + boxes[:, :2]) / 2
corners = (middle[:, None] + half[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)).reshape(-1, 2)
params = dict(bbox_params=A.BboxParams("pascal_voc", label_fields=["l"]))
pipes = {n: A.Compose([k], **params) for n, k in kinds.items()}
params["keypoint_params"] = A.KeypointParams("xy", remove_invisible=False)
more = {n: A.Compose([k], **params) for n, k in kinds.items()}
print(cv2.__version__, flush=True)
for polygons, name in map(str.split, sys.stdin):
    start = time.process_time()
    picture = cv2.imdecode(content, cv2.IMREAD_COLOR)
    if polygons == "True":
        made = more[name](image=picture, bboxes=boxes, l=list(range(10)), keypoints=corners)
    else:
        made = pipes[name](image=picture, bboxes=boxes, l=list(range(10)))
    picture = made["image"]
    cv2.imencode(".jpg", picture, jpeg)
    print(time.process_time() - start, flush=True)
"""
MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(128 << 20)}
"""What `keep_freed_buffers` sets for ours."""


MEMORY = Path("/dev/shm")
"""What threads gain is judged in memory: how long a disk takes for a new file swings tenfold."""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="setwright-bench-") as scratch:
        for jpeg in (USUAL, COPIES):
            kernels(Path(scratch), jpeg)
    if MEMORY.is_dir():
        with tempfile.TemporaryDirectory(prefix="setwright-bench-", dir=MEMORY) as scratch:
            lakes(Path(scratch), "in memory")
    with tempfile.TemporaryDirectory(prefix="setwright-bench-") as scratch:
        lakes(Path(scratch), "on this disk")


def kernels(folder: Path, jpeg: Jpeg) -> None:
    import cv2
    import numpy as np

    from setwright.augment.objects import vary
    from setwright.augment.vocabulary import property_ids, word_of
    from setwright.edge.allocator import keep_freed_buffers
    from setwright.pixels.codec import decode
    from setwright.pixels.kernels import varied
    from tests.augment.copies import box, copies, frames, objects_in, polygon
    from tests.pixels.pictures import noise

    cv2.setNumThreads(1)
    keep_freed_buffers()  # as where pictures are made; it helps bare OpenCV as much
    soft = cv2.resize(noise(80, 60), (640, 480), interpolation=cv2.INTER_CUBIC)
    content = jpeg.encode(soft)
    file = folder / f"picture-{jpeg.quality}.jpg"
    file.write_bytes(content)
    recipes = {
        "IMAGE_ROTATION": (15.0,),
        "IMAGE_BLUR": (5.0,),
        "GRAYSCALE": (100.0,),
        "HUE": (18.0,),
        "SATURATION": (30.0,),
        "BRIGHTNESS": (20.0,),
        "NOISE": (5.0, 7.0),
        "SHEAR": (10.0,),
        "CROP": (20.0, 0.3, 0.4),
    }
    edges = [(40 + 50 * n, 60 + 30 * n, 90 + 50 * n, 120 + 30 * n) for n in range(10)]
    boxes, outlines = [box(*each) for each in edges], [polygon(twelve_corners(*each)) for each in edges]
    annotations = {
        polygons: objects_in([(n, each) for n in range(FRAMES) for each in boxes + outlines * polygons])
        for polygons in (False, True)
    }
    of = frames(*[(640, 480)] * FRAMES)
    turn = cv2.getRotationMatrix2D((320, 240), 15, 1)
    slant = np.array([[1, 0.176, -42], [0, 1, 0]])

    def grey(picture: Any) -> Any:
        return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)

    def coloured(channel: int, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def work(picture: Any) -> Any:
            planes = list(cv2.split(cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)))
            planes[channel] = change(planes[channel])
            return cv2.cvtColor(cv2.merge(planes), cv2.COLOR_HSV2BGR)

        return work

    def salt(picture: Any) -> Any:
        chance = np.random.default_rng(7).random(picture.shape[:2], np.float32)
        picture[chance < 0.025] = 255
        picture[chance > 0.975] = 0
        return picture

    hue = (np.arange(256) + 9).astype(np.uint8) % 180
    bare: dict[str, Callable[[Any], Any]] = {
        "FLIP_IMAGE.FLIP_HORIZONTAL": lambda picture: cv2.flip(picture, 1),
        "FLIP_IMAGE.FLIP_VERTICAL": lambda picture: cv2.flip(picture, 0),
        "NINETY_ROTATION": lambda picture: cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE),
        "IMAGE_ROTATION": lambda picture: cv2.warpAffine(picture, turn, (640, 480)),
        "SHEAR": lambda picture: cv2.warpAffine(picture, slant, (640, 480)),
        "IMAGE_BLUR": lambda picture: cv2.GaussianBlur(picture, (41, 41), 5),
        "GRAYSCALE": grey,
        "HUE": coloured(0, lambda plane: cv2.LUT(plane, hue)),
        "SATURATION": coloured(1, lambda plane: cv2.convertScaleAbs(plane, alpha=1.3)),
        "BRIGHTNESS": lambda picture: cv2.convertScaleAbs(picture, alpha=1.2),
        "NOISE": salt,
        "CROP": lambda picture: picture[20:449, 30:602],
    }

    def ours(property: str) -> Callable[[], Any]:
        values = recipes.get(property.partition(".")[0], ())

        def work() -> None:
            jpeg.encode(varied(decode(content), property, values))

        return work

    def objects(property: str, polygons: bool) -> Callable[[], Any]:
        values = recipes.get(property.partition(".")[0], ())
        recipe = copies(*[(n, property, values) for n in range(FRAMES)])
        return lambda: vary(annotations[polygons], of, recipe)

    def floor(property: str) -> Callable[[], Any]:
        change = bare.get(property) or bare[property.partition(".")[0]]
        return lambda: jpeg.encode(change(decode(content)))

    work: dict[str, Callable[[], Any]] = {"plain": lambda: jpeg.encode(decode(content))}
    for property in property_ids():
        work[property], work[f"floor {property}"] = ours(property), floor(property)
        for polygons in (False, True):
            work[f"objects {property} {polygons}"] = objects(property, polygons)
    peers = [Peer(file, jpeg, folder, same) for same in (False, True)] if ORACLES.exists() else []
    times = taking_turns(work, peers)
    aim = ", aim 495, as 990 with two" if jpeg is USUAL else ""
    print(f"\n{jpeg.name}: decode and encode, 640 × 480: {1 / times['plain']:,.0f}/s with a thread{aim}")
    names = "".join(f"{f'album. {peer.release}':>17}" for peer in peers)
    print("decode, vary, encode; 640 × 480, 10 boxes | and 10 polygons of 12 corners")
    print(f"{'':30}{'ms':>13}{'plain':>15}{'OpenCV':>15}{names}")
    print(f"{'aim':30}{'':28}{'0.90':>15}{'1.10':>17}")
    for property in property_ids():
        took = [
            times[property] + times[f"objects {property} {polygons}"] / FRAMES for polygons in (False, True)
        ]

        bare_one = times[f"floor {property}"]
        ratios = "".join(
            f"{beside(took, min(peer.times[property, False]), min(peer.times[property, True])):>17}"
            for peer in peers
        )
        print(
            f"{word_of(property):30}{f'{took[0] * 1000:.2f} | {took[1] * 1000:.2f}':>13}"
            f"{beside(took, times['plain'], times['plain']):>15}{beside(took, bare_one, bare_one):>15}{ratios}"
        )


def beside(took: Sequence[float], boxes: float, polygons: float) -> str:
    """What others take, over what ours `took`: with boxes, and with polygons besides."""
    return f"{boxes / took[0]:.2f} | {polygons / took[1]:.2f}"


def twelve_corners(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    """A round polygon that fills a box, to a hundredth of a pixel, as tools for annotation write it."""
    return [
        (
            round((left + right + (right - left) * math.cos(math.pi / 6 * place)) / 2, 2),
            round((top + bottom + (bottom - top) * math.sin(math.pi / 6 * place)) / 2, 2),
        )
        for place in range(12)
    ]


@dataclass(frozen=True)
class Jpeg:
    """How pictures are read and written."""

    name: str
    quality: int
    sampling: int

    def encode(self, picture: Any) -> bytes:
        import cv2

        how = [cv2.IMWRITE_JPEG_QUALITY, self.quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, self.sampling]
        return bytes(cv2.imencode(".jpg", picture, how)[1])


USUAL = Jpeg("quality 90, 4:2:0", 90, 0x221111)
COPIES = Jpeg("quality 95, 4:4:4, as copies are", 95, 0x111111)


class Peer:
    """albumentations in a process of its own, with its own release of OpenCV, or the `same` as ours."""

    def __init__(self, picture: Path, jpeg: Jpeg, scratch: Path, same: bool) -> None:
        import cv2

        path = {}
        if same:
            packages = Path(cv2.__file__).parents[1]
            ahead = scratch / f"ahead-{jpeg.quality}"
            ahead.mkdir()
            for each in ("cv2", "opencv_python_headless.libs"):
                (ahead / each).symlink_to(packages / each)
            path = {"PYTHONPATH": str(ahead)}
        self._process = subprocess.Popen(
            [ORACLES, "-W", "ignore", "-c", ALBUMENTATIONS, picture, str(jpeg.quality), str(jpeg.sampling)],
            env={**os.environ, "NO_ALBUMENTATIONS_UPDATE": "1", **MALLOC, **path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.release = self._answer()
        self.times: dict[tuple[str, bool], list[float]] = {}

    def take_turn(self, property: str, polygons: bool) -> None:
        """Vary the picture once, and note the seconds of the processor."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{polygons} {property}\n")
        self._process.stdin.flush()
        self.times.setdefault((property, polygons), []).append(float(self._answer()))

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def leave(self) -> None:
        self._process.communicate()


def taking_turns(work: dict[str, Callable[[], Any]], peers: Sequence[Peer]) -> dict[str, float]:
    """The shortest time of each, in seconds of the processor: what it takes where nothing else runs."""
    from setwright.augment.vocabulary import property_ids

    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, each in work.items():
            start = time.process_time()
            each()
            times[name].append(time.process_time() - start)
        for peer in peers:
            for property in property_ids():
                for polygons in (False, True):
                    peer.take_turn(property, polygons)
    for peer in peers:
        peer.leave()
    return {name: min(each) for name, each in times.items()}


def lakes(folder: Path, where: str) -> None:
    """Two threads beside one, and a version with one new frame in a hundred beside one from nothing.

    In turn with bare OpenCV on one and two threads: what that gains is what the machine had to give at that time.
    """
    from setwright.lake.lake import Lake
    from setwright.model.events import Advanced, Event
    from setwright.pixels.codec import decode, encode
    from setwright.pixels.executor import Threads
    from tests.lake.test_varied import publication

    frames = 1_200
    drawn = folder / "drawn"
    setwright(folder, "demo", str(drawn), "--frames", str(frames + frames // 100))
    files = sorted(drawn.rglob("*.jpg"))
    few = folder / "few"
    few.mkdir()
    for file in files[frames:]:
        shutil.move(file, few / file.name)
    from tests.lake.lakes import ingest

    with Lake.create(folder / "lake") as lake:
        ingest(lake, drawn, format=None)
    told: dict[str, float] = {}
    pictures = [file.read_bytes() for file in sorted(drawn.rglob("*.jpg"))]

    def bare(content: bytes) -> None:
        encode(decode(content), "image/jpeg")

    for turn in range(3):
        for threads in (1, 2):
            with ThreadPoolExecutor(threads) as pool:
                start = time.perf_counter()
                list(pool.map(bare, pictures))
                took = time.perf_counter() - start
            told[f"bare {threads}"] = min(took, told.get(f"bare {threads}", took))
            copy = folder / f"copy-{turn}-{threads}"
            shutil.copytree(folder / "lake", copy)
            with Lake.open(copy) as lake:
                wanted = publication(lake)
                start = time.perf_counter()
                first = lake.publish(wanted, executor=Threads(threads))
                took = time.perf_counter() - start
                told[f"{threads}"] = min(took, told.get(f"{threads}", took))
                if threads == 2:
                    ingest(lake, few, format=None)
                    events: list[Event] = []
                    wanted = publication(lake, key="k2", parent=first)
                    start = time.perf_counter()
                    lake.publish(wanted, events.append, Threads(2))
                    took = time.perf_counter() - start
                    told["new"] = min(took, told.get("new", took))
                    told["made"] = sum(each.steps for each in events if isinstance(each, Advanced))
            shutil.rmtree(copy)
    made = frames * 3
    print(
        f"\npublish {made:,} varied pictures {where}: {made / told['1']:.0f}/s with a thread, "
        f"{made / told['2']:.0f}/s with two"
    )
    print(
        f"two threads do {told['1'] / told['2']:.2f} times what one does, aim 1.80; "
        f"OpenCV alone, decoding and encoding, {told['bare 1'] / told['bare 2']:.2f} times"
    )
    print(
        f"a version with 1 % new frames: {told['made']:.0f} pictures ({told['made'] / made:.1%}), "
        f"{told['new'] / told['2']:.1%} of the time of one from nothing; aim 5 % and 15 %"
    )


def setwright(folder: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "setwright", *arguments], cwd=folder, check=True, capture_output=True
    )


if __name__ == "__main__":
    main()
