"""Convert a dataset with datumaro. Run by the Python of .venv-oracles, not by ours.

    python convert_with_datumaro.py FOLDER FORMAT TARGET TARGET_FORMAT [OPTION=VALUE …]

Pictures go along. Options are those of datumaro's exporter, such as segmentation_mode=mask.
"""

import sys

from datumaro.components.dataset import Dataset


def main(folder: str, format: str, target: str, target_format: str, *options: str) -> None:
    chosen = dict(option.split("=", 1) for option in options)
    Dataset.import_from(folder, format).export(target, target_format, save_media=True, **chosen)


if __name__ == "__main__":
    main(*sys.argv[1:])
