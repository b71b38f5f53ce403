"""The model behind a deployment's name, where a client told that name for the model.

Azure answers with the model's name, but who only has the request knows the deployment's. What is
stored stays as it was sent; whoever reads it names the model by the deployment's configuration at
the end of the UTC day, as prices do. So a configuration that comes late is true of what was
reported before, and a rollup has the same bytes whatever is configured.

A name that nobody explains stays as sent; `assumes` tells which those are.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from shared.domain import label
from shared.domain.deployment.deployment import QuotaBook
from shared.domain.grouping import Groups
from shared.domain.label import Labels
from shared.domain.packing import NULL, Column, Ints
from shared.domain.price.model_name import ModelNames
from shared.domain.record.batch import TABLE_SUFFIX, Batch
from shared.domain.rollup.requests import served_deployment
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.timeline import DAY_M, floor_to, instant

# Metrics of clients keep the attributes they came with; these are the monitor's own.
_OWN_METRICS = "model_"
_NAMES = (label.RESOURCE, label.DEPLOYMENT, label.MODEL)


def model_served(
    book: QuotaBook, *, resource: str, deployment: str, model: str, at: datetime
) -> str:
    """Return the model that a deployment serves where its name was told; else the model told.

    Args:
        book: what is known of deployments.
        resource: empty where it was not told.
        deployment: the one that served the request; empty where it was not told.
        model: as sent.
        at: whose configuration counts.
    """
    if model not in book.explained:
        return model
    asked = book.config(resource, model, at)
    if deployment in ("", model):
        return (asked.model if asked else None) or model
    if asked is None or asked.spillover_to != deployment:
        return model
    served = book.config(resource, deployment, at)
    return (served.model if served else None) or asked.model or model


def renamed_labels(labels: Labels, book: QuotaBook, at: datetime) -> Labels:
    """Return labels with the model that stands behind a deployment's name."""
    told = next((text for name, text in labels if name == label.MODEL), "")
    if told not in book.explained:
        return labels
    own = dict(labels)
    if not own.get(label.METRIC_NAME, _OWN_METRICS).startswith(_OWN_METRICS):
        return labels
    model = model_served(
        book,
        resource=own.get(label.RESOURCE, ""),
        deployment=own.get(label.DEPLOYMENT, ""),
        model=told,
        at=at,
    )
    if model == told:
        return labels
    return tuple((name, model if name == label.MODEL else text) for name, text in labels)


def named(parts: Sequence[Rollup], book: QuotaBook) -> list[Rollup]:
    """Return rollups, each of one UTC day at most, with models in place of deployments' names."""
    tables = {id(part.labels): part.labels for part in parts} if book.explained else {}
    telling = {at for at, labels in tables.items() if _tell_deployments(labels, book)}
    return [_renamed(part, book) if id(part.labels) in telling else part for part in parts]


def _tell_deployments(table: Sequence[Labels], book: QuotaBook) -> bool:
    return any(
        name == label.MODEL and text in book.explained for labels in table for name, text in labels
    )


def _renamed(part: Rollup, book: QuotaBook) -> Rollup:
    if not len(part):
        return part
    at = day_end(int(part.slots[0]))
    known = {labels: renamed_labels(labels, book, at) for labels in part.labels}
    if all(labels is better for labels, better in known.items()):
        return part
    return aggregate([part], part.measures, key=lambda labels: known[labels])


def named_batch(batch: Batch, book: QuotaBook, minute: int) -> Batch:
    """Return request columns with models in place of deployments' names.

    Args:
        batch: request columns of one UTC day.
        book: what is known of deployments.
        minute: any of that day.
    """
    table = batch.table(label.MODEL)
    if book.explained.isdisjoint(table):
        return batch
    groups = _groups(batch)
    sample = batch.rows(groups.representatives)
    told = sample.texts(label.MODEL)
    columns = zip(sample.texts(label.RESOURCE), served_deployment(sample), told, strict=True)
    found = [
        model
        and model_served(
            book,
            resource=resource or "",
            deployment=deployment or "",
            model=model,
            at=day_end(minute),
        )
        for resource, deployment, model in columns
    ]
    if found == told:
        return batch
    texts = list(dict.fromkeys([*table, *filter(None, found)]))
    codes = np.array([texts.index(model) if model else NULL for model in found], np.int64)
    renamed: dict[str, Column] = {
        label.MODEL: codes[groups.inverse],
        label.MODEL + TABLE_SUFFIX: texts,
    }
    return Batch(batch.size, {**batch.columns, **renamed})


def assumes(series: Mapping[str, str], book: QuotaBook, models: ModelNames, minute: int) -> bool:
    """Tell whether a series' model may be a deployment's name that nobody explains.

    Args:
        series: its labels, as `named` leaves them.
        book: what is known of deployments.
        models: the models that anybody knows.
        minute: any of its UTC day.
    """
    model = series.get(label.MODEL, "")
    if model != series.get(label.DEPLOYMENT, model) or models.find(model) is not None:
        return False
    config = book.config(series.get(label.RESOURCE, ""), model, day_end(minute))
    return config is None or config.model is None


@lru_cache(maxsize=64)
def day_end(minute: int) -> datetime:
    """Return the last moment of a minute's UTC day: the configuration then counts for all of it."""
    return instant(floor_to(minute, DAY_M) + DAY_M) - timedelta(microseconds=1)


def _groups(batch: Batch) -> Groups:
    combined: Ints = np.zeros(batch.size, np.int64)
    for name in (*_NAMES, "deployment_served"):
        codes = batch.ints(name)
        width = len(batch.table(name)) + 1
        combined = Groups(combined * width + np.where(codes == NULL, 0, codes + 1)).inverse
    return Groups(combined)
