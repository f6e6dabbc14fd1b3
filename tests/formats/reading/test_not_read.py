"""Annotations of formats that are not read: whoever brings them is told, and gets no frames without objects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from setwright.formats.reading.folder import Folder
from setwright.formats.reading.registry import detect
from setwright.model.errors import FormatError
from tests.formats.reading.files import MemoryListing

LABEL_ME = {
    "version": "5.4.1",
    "shapes": [{"label": "cat", "points": [[1, 2], [3, 4]], "shape_type": "rectangle"}],
    "imagePath": "a.jpg",
}
LABEL_STUDIO = [
    {
        "data": {"image": "/data/upload/1/a.jpg"},
        "annotations": [{"result": [{"type": "rectanglelabels", "original_width": 9, "value": {"x": 1}}]}],
    }
]
CREATE_ML = [{"image": "a.jpg", "annotations": [{"label": "cat", "coordinates": {"x": 1, "y": 2}}]}]


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.json", LABEL_ME, "LabelMe"),
        ("tasks.json", LABEL_STUDIO, "Label Studio"),
        ("_annotations.createml.json", CREATE_ML, "CreateML"),
        ("detections.json", [{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4]}], "COCO's results"),
        ("via.json", {"metadata": {"1_a": {"vid": "1", "xy": [2, 1, 2, 3, 4]}}}, "VIA 3"),
        ("a.json", {"annotations": [{"bounding_box": {"h": 1}, "name": "cat"}]}, "V7's"),
        ("bdd.json", [{"name": "a.jpg", "labels": [{"box2d": {"x1": 1}}]}], "Scalabel's"),
        ("train.json", {"dm_format_version": "1.0", "items": []}, "datumaro's own"),
        ("samples.json", {"samples": [{"filepath": "a.jpg", "x": {"_cls": "Detections"}}]}, "FiftyOne's own"),
        ("label_2/a.txt", "Car 0.0 0 -1.58 5.0 5.0 25.0 35.5 1.65 1.67 3.6 -0.6 1.7 46.7 -1.59\n", "KITTI's"),
        ("a.json", {"image": {"width": 9}, "annotations": [{"segmentation": {}}]}, "Segment Anything's"),
        ("train.csv", 'image_id,width,height,bbox,source\na,9,9,"[1, 2, 3, 4]",x\n', "a table of boxes"),
        ("train.csv", "ImageId,EncodedPixels\na.jpg,1 3 10 5\n", "a table of run lengths"),
        ("train.csv", "id,rle_mask\na,1 3\n", "a table of run lengths"),
        ("e.ndjson", '{"data_row": {"id": "a"}, "projects": {}}\n', "Labelbox's"),
        ("via.csv", "#filename,file_size,region_count,region_shape_attributes\n", "VIA's table"),
        ("ann/a.jpg.json", {"objects": [{"classTitle": "cat"}]}, "Supervisely"),
        (
            "annotations.xml",
            '<?xml version="1.0"?>\n<annotations>\n<version>1.1</version>',
            "CVAT for images",
        ),
        ("_annotations.csv", "filename,width,height,class,xmin,ymin,xmax,ymax\n", "a table of boxes"),
        ("Train.CSV", "ImageID,Source,LabelName,XMin,XMax,YMin,YMax\n", "a table of boxes"),
    ],
)
def test_a_format_that_is_not_read_is_no_plain_folder(name: str, content: Any, format: str) -> None:
    text = content if isinstance(content, str) else json.dumps(content, indent=2)
    with pytest.raises(FormatError, match=f"not read: {name}") as caught:
        detect(MemoryListing({"a.jpg": "", name: text}))
    assert f"It looks like {format}" in caught.value.detail
    assert "--format folder" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("metadata.csv", "file_name,text\na.jpg,a cat\n"),
        ("weather.csv", "day,min,max\n1,xmin,ymax\n"),
        ("package.json", '{"name": "pictures"}'),
        ("drawing.xml", "<svg/>"),
        ("external/annotations.xml", "<root>\n<annotations>\n<item/></annotations></root>"),
    ],
)
def test_other_files_leave_a_plain_folder(name: str, content: str) -> None:
    assert detect(MemoryListing({"a.jpg": "", name: content})) == Folder()


def test_what_is_read_is_read_though_a_format_that_is_not_lies_beside() -> None:
    files = {"a.jpg": "", "a.xml": "<annotation></annotation>", "a.json": json.dumps(LABEL_ME)}
    assert detect(MemoryListing(files)).name == "voc"
