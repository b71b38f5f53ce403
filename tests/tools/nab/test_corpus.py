"""Labelled series are read with their windows as places in the series."""

import json
from pathlib import Path

from tools.nab.corpus import load, load_points


def test_a_corpus_of_windows_is_read_by_moment(tmp_path: Path) -> None:
    name = "group/a.csv"
    (tmp_path / "data" / "group").mkdir(parents=True)
    rows = [f"2014-04-01 00:0{minute}:00,{minute}.5" for minute in range(6)]
    (tmp_path / "data" / name).write_text("\n".join(["timestamp,value", *rows]))
    (tmp_path / "labels").mkdir()
    bounds = [["2014-04-01 00:02:00.000000", "2014-04-01 00:04:00.000000"]]
    (tmp_path / "labels" / "combined_windows.json").write_text(json.dumps({name: bounds}))
    [series] = load(tmp_path)
    assert series.windows == ((2, 4),)
    assert series.values.tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    assert series.times_s[1] - series.times_s[0] == 60


def test_labels_by_point_become_windows(tmp_path: Path) -> None:
    labels = [1, 0, 0, 1, 1, 0, 1]
    rows = [f"{60 * at},{at},{label}" for at, label in enumerate(labels)]
    (tmp_path / "a.csv").write_text("\n".join(["timestamp,value,label", *rows]))
    [series] = load_points(tmp_path)
    assert series.windows == ((0, 0), (3, 4), (6, 6))


def test_an_absent_folder_holds_no_series(tmp_path: Path) -> None:
    assert load_points(tmp_path / "absent") == []
