"""Read a dataset with a library that is not ours and print what it found, as JSON. Run by .venv-oracles.

    python read_with_others.py '[["LIBRARY", "ARGUMENT", …], …]'

Arguments are those of the function below that is named after the library; the answer is a list of answers.
"""

import json
import sys
from pathlib import Path
from typing import Any


def supervision_yolo(images: str, labels: str, yaml: str) -> Any:
    from supervision import DetectionDataset

    return _supervision(DetectionDataset.from_yolo(images, labels, yaml))


def supervision_coco(images: str, file: str) -> Any:
    from supervision import DetectionDataset

    return _supervision(DetectionDataset.from_coco(images, file))


def supervision_voc(images: str, annotations: str) -> Any:
    from supervision import DetectionDataset

    return _supervision(DetectionDataset.from_pascal_voc(images, annotations))


def _supervision(dataset: Any) -> Any:
    """By picture: label, box, and how many pixels the mask has, if there is one, of each object."""
    found = {}
    for path, _, objects in dataset:
        masks = [None] * len(objects) if objects.mask is None else objects.mask.sum(axis=(1, 2)).tolist()
        labels = [dataset.classes[place] for place in objects.class_id.tolist()]
        found[Path(path).name] = list(zip(labels, objects.xyxy.tolist(), masks, strict=True))
    return found


def pycocotools(file: str) -> Any:
    """By picture: label, box, area as told, and how many pixels its mask has, of each object."""
    from pycocotools.coco import COCO

    coco = COCO(file)
    return {
        image["file_name"]: [
            (
                coco.cats[each["category_id"]]["name"],
                each["bbox"],
                each["area"],
                int(coco.annToMask(each).sum()) if each["segmentation"] else None,
            )
            for each in coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
        ]
        for image in coco.dataset["images"]
    }


def datasets(kind: str, folder: str) -> Any:
    """By split: name, size of the decoded picture, boxes, names of classes or their ids, of each row."""
    from datasets import Image, load_dataset

    loaded = load_dataset(kind, data_dir=folder, cache_dir=f"{folder}-cache")
    found = {}
    for split, rows in loaded.items():
        names = getattr(rows.features["objects"]["category"].feature, "names", None)
        undecoded = rows.cast_column("image", Image(decode=False))
        found[split] = [
            (
                Path(raw["image"]["path"]).name,
                row["image"].size,
                row["objects"]["bbox"],
                [names[place] if names else place for place in row["objects"]["category"]],
            )
            for row, raw in zip(rows, undecoded, strict=True)
        ]
    return found


def webdataset(endings: str, *files: str) -> Any:
    """Key, shape of the decoded picture, which has one of the endings, and what is told of it, of each sample."""
    import webdataset as wds

    samples = wds.WebDataset(list(files), shardshuffle=False).decode("rgb")
    return [(key, picture.shape, told) for key, picture, told in samples.to_tuple("__key__", endings, "json")]


if __name__ == "__main__":
    # What libraries print meanwhile is not the answer.
    answer, sys.stdout = sys.stdout, sys.stderr
    json.dump([globals()[library](*arguments) for library, *arguments in json.loads(sys.argv[1])], answer)
