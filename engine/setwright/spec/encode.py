"""A configuration back into the fields of a spec: what `decode` would read as the same configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from setwright.augment.vocabulary import VOCABULARY
from setwright.model.dataset import CollectionSource, DatasetsSource, HumanOverMachine, LakeSource
from setwright.model.splits import SPLITS
from setwright.spec.encode_checks import encode_checks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setwright.model.checks import Check
    from setwright.model.dataset import (
        AugmentationWish,
        DatasetConfig,
        Filter,
        LabelClass,
        Operations,
        Source,
    )
    from setwright.model.splits import SplitWish


def encode(address: str, config: DatasetConfig, checks: Iterable[Check] = ()) -> dict[str, Any]:
    """Every field of a spec that means `config` and `checks`, defaults included.

    They are plain values in the order of the documentation. Only `augmentations` and `checks` are missing where there
    are none: a request for no copy is a mistake.
    """
    fields = {
        "dataset": address,
        "name": config.name,
        "description": config.description,
        "owners": list(config.owners),
        "tags": list(config.tags),
        "source": _source(config.source),
        "query": config.query,
        "filter": _filter(config.filter),
        "operations": _operations(config.operations),
        "labels": _labels(config.labels),
        "background": config.background,
        "split": _split(config.split),
        "exports": list(config.exports),
        "augmentations": _augmentations(config.augmentations),
        "versioning": config.versioning,
        "checks": encode_checks(checks),
        "protect": config.protect,
    }
    return {name: value for name, value in fields.items() if name not in ("augmentations", "checks") or value}


def _source(source: Source) -> dict[str, Any]:
    match source:
        case CollectionSource(name=None, id=id):
            return {"collection": {"id": id}}
        case CollectionSource(name=name):
            return {"collection": name}
        case LakeSource(items=items):
            return {"datalake": items}
        case DatasetsSource(addresses=addresses):
            return {"datasets": list(addresses)}
        case _:
            assert_never(source)


def _filter(wanted: Filter) -> dict[str, Any]:
    fields: dict[str, Any] = {"annotation_types": list(wanted.annotation_types)}
    if wanted.from_date is not None:
        fields["from_date"] = wanted.from_date.isoformat()
    if wanted.to_date is not None:
        fields["to_date"] = wanted.to_date.isoformat()
    return fields


def _operations(wanted: Operations) -> Any:
    if isinstance(wanted, HumanOverMachine):
        return {"take": _operations(wanted.take), "prefer": wanted.prefer}
    return "all" if wanted is None else list(wanted) or "none"


def _labels(labels: tuple[LabelClass, ...]) -> list[str] | dict[str, Any]:
    if all(label.sources == (label.name,) for label in labels):
        return [label.name for label in labels]
    return {
        label.name: label.sources[0] if len(label.sources) == 1 else list(label.sources) for label in labels
    }


def _split(wish: SplitWish) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if wish.divides:
        fields = {part.value: _number(share) for part, share in wish.percent.items()}
    fields["seed"] = wish.seed
    if wish.group_by is not None:
        fields["group_by"] = f"metadata.{wish.group_by}"
    fields |= {"stratify": wish.stratify, "resplit": wish.resplit}
    if wish.grow != SPLITS:
        fields["grow"] = [split.value for split in wish.grow]
    if wish.official is not None:
        values = {split.value: list(some) for split, some in wish.official.values.items()}
        field = f"metadata.{wish.official.field}"
        fields["official"] = {"field": field, **values, "others": wish.official.others}
    return fields


def _augmentations(wish: AugmentationWish) -> dict[str, Any]:
    if not wish.recipes:
        return {}
    asked = {(recipe.type, recipe.property): recipe for recipe in wish.recipes}
    fields: dict[str, Any] = {}
    for type_ in VOCABULARY:
        for property in type_.properties:
            recipe = asked.get((type_.id, property.id))
            if recipe is None:
                continue
            value = True if recipe.range is None else [_number(end) for end in recipe.range]
            if property.word:
                fields.setdefault(type_.word, {})[property.word] = value
            else:
                fields[type_.word] = value
    return {
        **fields,
        "copies": wish.copies,
        "fraction": _number(wish.fraction),
        "min_visibility": _number(wish.min_visibility),
        "min_size": _number(wish.min_size),
        "seed": wish.seed,
    }


def _number(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number
