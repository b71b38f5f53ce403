"""What daily digests tell of each scope, side by side: the ground that advice stands on.

Rows of a section keep their keys, get the day they are of, and have texts (efforts, versions, score
names) as places in one list for all days. Deployments of one name in several resources are one
scope. Nothing is summed here: who asks sums what it needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from shared.domain import label
from shared.domain.advice.scope import Scope
from shared.domain.digest import day as digest
from shared.domain.digest.day import Index
from shared.domain.digest.quality import score_name
from shared.domain.digest.settings import Setting
from shared.domain.digest.tally import Tally, empty, stacked
from shared.domain.packing import Ints

SECTIONS = (
    "outputs",
    "settings",
    "durations",
    "cache_hits",
    "prefix",
    "retries",
    "quality",
    "scored_settings",
)
_SCOPE = "scope"
_TEXT_SETTINGS = (Setting.REASONING_EFFORT, Setting.PROMPT_VERSION)


@dataclass(frozen=True, slots=True)
class DayFacts:
    """The digest of one day.

    Attributes:
        day: days since 1970.
        index: its lists.
        sections: name -> tally; some may be missing.
    """

    day: int
    index: Index
    sections: Mapping[str, Tally]


@dataclass(slots=True)
class Texts:
    """Distinct texts of all days, by code."""

    known: list[str] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)

    def codes(self, texts: Sequence[str]) -> Ints:
        """Return the code of each text, admitting new ones."""
        for text in texts:
            if text not in self._codes:
                self._codes[text] = len(self.known)
                self.known.append(text)
        return np.array([self._codes[text] for text in texts], np.int64)


@dataclass(frozen=True, slots=True)
class Work:
    """What is known of one scope's requests.

    Attributes:
        scope: whose.
        sections: name -> rows, with the key `day`.
        texts: what codes of texts stand for.
    """

    scope: Scope
    sections: Mapping[str, Tally]
    texts: Sequence[str]

    def since(self, day: int) -> "Work":
        """Return what is known of a day and those after it."""
        kept = {name: rows.where(rows.keys["day"] >= day) for name, rows in self.sections.items()}
        return Work(self.scope, kept, self.texts)

    def setting(self, setting: Setting) -> Tally:
        """Return the rows of one setting."""
        rows = self.sections["settings"]
        return rows.where(rows.keys["setting"] == setting)

    def scored(self, setting: Setting, value: int) -> Tally:
        """Return the scores of requests with a value of a setting."""
        rows = self.sections["scored_settings"]
        return rows.where((rows.keys["setting"] == setting) & (rows.keys["value"] == value))

    def text(self, value: int) -> str:
        """Return an effort or a prompt version by its code; empty where none was stated."""
        return self.texts[value] if value >= 0 else ""

    @property
    def days(self) -> int:
        """Return on how many days there were requests."""
        return len(np.unique(self.sections["settings"].keys["day"]))

    @property
    def hours(self) -> Tally:
        """The requests by the hour, whatever their settings: each has one value of every one."""
        return self.setting(Setting.STREAM)


def no_work(scope: Scope) -> Work:
    """Return what is known of requests that no digest has."""
    return Work(scope, {name: _no_rows(name) for name in SECTIONS}, ())


def histories(days: Sequence[DayFacts], model: str | None = None) -> dict[Scope, Work]:
    """Return what is known of every scope.

    Args:
        days: one digest a day.
        model: the only one wanted; None wants all.
    """
    scopes: dict[Scope, int] = {}
    texts = Texts()
    places = [_scopes(each.index, scopes, model) for each in days]
    sections = {name: _joined(name, days, places, texts) for name in SECTIONS}
    bounds = {
        name: np.searchsorted(rows.keys[_SCOPE], np.arange(len(scopes) + 1)).tolist()
        for name, rows in sections.items()
    }
    return {
        scope: Work(
            scope,
            {
                name: rows.where(slice(bounds[name][code], bounds[name][code + 1]))
                for name, rows in sections.items()
            },
            texts.known,
        )
        for scope, code in scopes.items()
        if label.OTHER not in scope
    }


def _scopes(index: Index, scopes: dict[Scope, int], wanted: str | None) -> Ints:
    """Return the scope of each series of a day, -1 for those that are not wanted."""
    found = [
        scopes.setdefault(Scope(model, deployment, application), len(scopes))
        if wanted in (None, model)
        else -1
        for _, deployment, model, application in index.places
    ]
    return np.array(found, np.int64)


def _joined(name: str, days: Sequence[DayFacts], places: Sequence[Ints], texts: Texts) -> Tally:
    """Return a section of all days, ordered by scope, then day."""
    parts = [
        _placed(name, each, place, texts)
        for each, place in zip(days, places, strict=True)
        if name in each.sections
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        return _no_rows(name)
    every = stacked(parts)
    return every.where(np.lexsort((every.keys["day"], every.keys[_SCOPE])))


def _no_rows(name: str) -> Tally:
    of = digest.SECTIONS[name]
    own = [key for key in of.KEYS if key != "series"]
    return empty((_SCOPE, "day", *own), of.SUMS)


def _placed(name: str, facts: DayFacts, place: Ints, texts: Texts) -> Tally:
    rows, index = facts.sections[name], facts.index
    wanted = place >= 0
    if not wanted.all():
        rows = rows.where(wanted[rows.keys["series"]])
    if not len(rows):
        return rows
    keys = dict(rows.keys)
    keys[_SCOPE] = place[keys.pop("series")]
    keys["day"] = np.full(len(rows), facts.day, np.int64)
    if "score" in keys:
        keys["score"] = texts.codes(list(map(score_name, index.names)))[keys["score"]]
    if name == "quality":
        keys["version"] = texts.codes(index.versions)[keys["version"]]
    if "setting" in keys:
        lists = (index.efforts, index.versions)
        for setting, own in zip(_TEXT_SETTINGS, lists, strict=True):
            at = np.flatnonzero((keys["setting"] == setting) & (keys["value"] >= 0))
            if len(at):
                value = keys["value"].copy()
                value[at] = texts.codes(own)[value[at]]
                keys["value"] = value
    return Tally(keys, rows.sums)
