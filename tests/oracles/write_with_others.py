"""Write a small dataset with a library that is not ours. Run by .venv-oracles.

    python write_with_others.py '[["LIBRARY", "ARGUMENT", …], …]'

Arguments are those of the function below that is named after the library.
"""

import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image


def webdataset(folder: str) -> None:
    """Two samples with objects in COCO's words, then one with a class alone, in shards of two."""
    import webdataset as wds

    with wds.ShardWriter(str(Path(folder) / "birds-train-%06d.tar"), maxcount=2, verbose=0) as shards:
        for key, objects in (
            ("a", [{"bbox": [1, 2, 10, 20], "category": "kite"}]),
            ("b", [{"bbox": [0, 0, 9, 9], "category": "owl", "segmentation": [[0, 0, 9, 0, 9, 9]]}]),
        ):
            shards.write({"__key__": key, "png": _picture(), "json": {"objects": objects}})
        shards.write({"__key__": "c", "png": _picture(), "cls": 1})


def datasets(folder: str) -> None:
    """Two files of Parquet: of pictures with objects, and of pictures with a class each."""
    from datasets import ClassLabel, Dataset, Features, Image, List, Value

    names = ClassLabel(names=["kite", "owl"])
    picture = {"bytes": _picture(), "path": None}
    objects = {"bbox": List(List(Value("float32"), length=4)), "category": List(names)}
    found = {"bbox": [[1, 2, 10, 20], [0, 0, 9, 9]], "category": [1, 0]}
    Dataset.from_dict(
        {"image": [picture] * 2, "objects": [found, {"bbox": [], "category": []}]},
        features=Features({"image": Image(), "objects": objects}),
    ).to_parquet(str(Path(folder) / "objects" / "validation-00000-of-00001.parquet"))
    Dataset.from_dict(
        {"img": [picture], "label": [1]}, features=Features({"img": Image(), "label": names})
    ).to_parquet(str(Path(folder) / "classes" / "train.parquet"))


def datumaro(folder: str, format: str) -> None:
    """A picture with a kite, 10 to 20 from the left and 5 to 9 from the top, and an owl that lies over its end."""
    from datumaro.components.annotation import AnnotationType, LabelCategories, Mask
    from datumaro.components.dataset import Dataset
    from datumaro.components.dataset_base import DatasetItem
    from datumaro.components.media import Image as Media

    kite, owl = np.zeros((2, 30, 40), bool)
    kite[5:9, 10:20] = True
    owl[7:12, 15:30] = True
    masks = [Mask(kite & ~owl, label=1), Mask(owl, label=2)]
    item = DatasetItem("a", subset="train", media=Media.from_numpy(np.zeros((30, 40, 3))), annotations=masks)
    labels = LabelCategories.from_iterable(["background", "kite", "owl"])
    made = Dataset.from_iterable([item], categories={AnnotationType.label: labels})
    made.export(folder, format, save_media=True, label_map="source")


def _picture(width: int = 40, height: int = 30) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), 127, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


if __name__ == "__main__":
    answer, sys.stdout = sys.stdout, sys.stderr
    json.dump([globals()[library](*arguments) for library, *arguments in json.loads(sys.argv[1])], answer)
