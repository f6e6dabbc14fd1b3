"""Every kind of finding on specs and projects, with its stable code and its fixed words.

SW1xx speak of a file as text and as YAML, SW2xx of a dataset's fields, SW3xx of augmentations, SW4xx of the project:
references between specs, variables, environments, the remote. A code is never given to another kind.
"""

from __future__ import annotations

from setwright.model.diagnostics import FindingKind, Severity

MAX_FINDINGS = 200
"""So many findings are told of one file; whoever has more has another problem than the next one."""


def _error(code: str, summary: str) -> FindingKind:
    return FindingKind(code=code, severity=Severity.ERROR, summary=summary)


def _warning(code: str, summary: str) -> FindingKind:
    return FindingKind(code=code, severity=Severity.WARNING, summary=summary)


UNREADABLE_FILE = _error("SW101", "File cannot be read")
FILE_TOO_LARGE = _error("SW102", "File too large")
NOT_UTF8 = _error("SW103", "Not UTF-8 text")
UNSEEN_CHARACTER = _error("SW104", "Character that nobody can see")
CONFLICT_MARKER = _error("SW105", "Merge conflict left in the file")
TAB = _error("SW106", "Tab in the indentation")
NOT_YAML = _error("SW107", "Not valid YAML")
DUPLICATE_KEY = _error("SW108", "Key written twice")
TAG = _error("SW109", "YAML tag")
MERGE_KEY = _error("SW110", "YAML merge key")
TOO_DEEP = _error("SW111", "Nested too deeply")
TOO_MUCH = _error("SW112", "Too many values in one file")
ALIAS_IN_ITSELF = _error("SW113", "Alias inside what it stands for")
KEY_NOT_TEXT = _error("SW114", "Key that is not plain text")
AMBIGUOUS_VALUE = _warning("SW115", "Value that others read differently")
NUMBER_TOO_LARGE = _error("SW116", "Number that cannot be counted with")
EMPTY_FILE = _warning("SW117", "File without a spec")
MANY_MISTAKES = _error("SW118", "Too many mistakes in one file")
OUTSIDE_PROJECT = _error("SW119", "File outside the project")
NO_FILE = _warning("SW120", "Pattern that matches no file")
OTHER_ENDING = _warning("SW121", "Spec with another ending")

NOT_A_SPEC = _error("SW201", "Not a mapping of fields")
MISSING_FIELD = _error("SW202", "Missing field")
UNKNOWN_FIELD = _error("SW203", "Unknown field")
WRONG_TYPE = _error("SW204", "Wrong type of value")
UNKNOWN_VALUE = _error("SW205", "Unknown value")
OUT_OF_RANGE = _error("SW206", "Number out of range")
NO_VALUE = _error("SW207", "Key without a value")
EMPTY = _error("SW208", "Nothing where something is needed")
BAD_NAME = _error("SW209", "Malformed name")
BAD_DATE = _error("SW210", "Not a date")
DATES_CROSSED = _error("SW211", "Dates in the wrong order")
UNCLEAR_SOURCE = _error("SW212", "Source not clear")
SPLIT_SUM = _error("SW213", "Split does not make 100 percent")
BAD_QUERY = _error("SW214", "Query that cannot be read")
LABEL_TWICE = _error("SW215", "Label named twice")
LABELS_ALIKE = _warning("SW216", "Labels that differ only in case")
NAMED_TWICE = _error("SW217", "Named twice")
UNKNOWN_EXPORT = _error("SW218", "Unknown export")
EXPORT_NOT_OFFERED = _error("SW219", "Export that the remote does not offer")
BAD_GROUP_FIELD = _error("SW220", "Unknown group field")
NOT_OFFERED_YET = _error("SW221", "Not offered yet")
QUERY_UNKNOWN_TO_REMOTE = _warning("SW222", "Query that the remote may not know")
UNKNOWN_CLASS = _error("SW223", "Check of an unknown class")
UNREADABLE_LIST = _error("SW224", "List that cannot be read")
PREFERENCE_NOT_OFFERED = _error("SW225", "Preference that the remote does not offer")
SPLIT_CANNOT_GROW = _error("SW226", "Only splits grow that get no frame")
PERCENT_OF_NOTHING = _error("SW227", "Percentages that divide nothing")
LABELS_LOOK_ALIKE = _warning("SW228", "Labels that look the same")

UNKNOWN_AUGMENTATION = _error("SW301", "Unknown augmentation")
UNKNOWN_PROPERTY = _error("SW302", "Unknown augmentation property")
AUGMENTATION_OUT_OF_RANGE = _error("SW303", "Augmentation out of range")
MALFORMED_AUGMENTATION = _error("SW304", "Malformed augmentation")
NO_PICTURE = _warning("SW305", "Augmentation that makes no picture")
AUGMENTATION_TWICE = _error("SW306", "Augmentation named twice")
HARSH_AUGMENTATION = _warning("SW307", "Augmentation that leaves little to see")

DATASET_TWICE = _error("SW401", "Dataset defined twice")
UNKNOWN_DATASET = _error("SW402", "Unknown dataset")
DATASET_CYCLE = _error("SW403", "Datasets made of each other")
ADDRESS_IN_USE = _error("SW404", "Earlier address still in use")
NAME_TWICE = _error("SW405", "Two datasets of one name")
UNKNOWN_VARIABLE = _error("SW406", "Unknown variable")
NO_VARIABLE_VALUE = _error("SW407", "Variable without a value")
VARIABLE_TYPE = _error("SW408", "Variable of the wrong type")
BAD_REFERENCE = _error("SW409", "Reference to something else than a variable")
VARIABLE_MISPLACED = _error("SW410", "Variable where none can stand")
UNKNOWN_ENVIRONMENT = _error("SW411", "Unknown environment")
UNCLEAR_REMOTE = _error("SW412", "Remote not clear")
CREDENTIALS = _error("SW413", "Credentials in a file")
UNCLEAR_STATE = _error("SW414", "State not clear")

KINDS: tuple[FindingKind, ...] = tuple(
    sorted(
        (value for value in tuple(globals().values()) if isinstance(value, FindingKind)),
        key=lambda kind: kind.code,
    )
)
"""All of them, by code."""
