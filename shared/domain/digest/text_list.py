"""Texts of a day as numbers, in order of appearance, within bounds."""

from collections.abc import Sequence

import numpy as np

from shared.domain.label import OTHER
from shared.domain.packing import NULL, Ints
from shared.domain.record.batch import Batch

MAX_TEXTS = 200


class TextList:
    """Distinct texts in order of appearance; beyond `MAX_TEXTS` all are `__other__`."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        """Begin with those known."""
        self._codes = {text: code for code, text in enumerate(texts)}

    @property
    def texts(self) -> list[str]:
        """The texts, by code."""
        return list(self._codes)

    def code(self, text: str) -> int:
        """Return a text's code, admitting it where there is room."""
        if text not in self._codes and len(self._codes) >= MAX_TEXTS:
            text = OTHER
        return self._codes.setdefault(text, len(self._codes))

    def codes(self, batch: Batch, name: str) -> Ints:
        """Return the code of each row of a coded column; that of the empty text for null."""
        own, table = batch.ints(name), [*batch.table(name), ""]
        used, inverse = np.unique(np.where(own == NULL, len(table) - 1, own), return_inverse=True)
        order = np.unique(inverse, return_index=True)[1].argsort()
        admitted = np.empty(len(used), np.int64)
        for at in order.tolist():
            admitted[at] = self.code(table[int(used[at])])
        return admitted[inverse]

    def stated(self, batch: Batch, name: str, unset: int) -> Ints:
        """Return the code of each row of a coded column; `unset` for null."""
        known = batch.ints(name) != NULL
        codes = np.full(batch.size, unset, np.int64)
        if known.any():
            codes[known] = self.codes(batch.rows(known), name)
        return codes
