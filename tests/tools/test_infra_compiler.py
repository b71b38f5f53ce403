"""Finding the Bicep compiler, and taking a warning for a fault."""

import os
from pathlib import Path

import pytest

from tools.infra.compiler import complaints_of, find_compiler


def program(path: Path, script: str = "true") -> Path:
    """Write a program that runs a shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_named_compiler_comes_first(tmp_path: Path) -> None:
    named = program(tmp_path / "mine" / "bicep-1")
    program(tmp_path / "bin" / "bicep")
    environment = {"BICEP": str(named), "PATH": str(tmp_path / "bin")}
    assert find_compiler(environment, tmp_path / "main") == named


def test_the_one_on_path_comes_before_the_one_beside(tmp_path: Path) -> None:
    on_path = program(tmp_path / "bin" / "bicep")
    program(tmp_path / "shared" / "tools" / "bicep" / "bicep")
    (tmp_path / "main").mkdir()
    assert find_compiler({"PATH": str(tmp_path / "bin")}, tmp_path / "main") == on_path


def test_the_one_beside_the_repository_is_found(tmp_path: Path) -> None:
    beside = program(tmp_path / "shared" / "tools" / "bicep" / "bicep")
    (tmp_path / "main").mkdir()
    assert find_compiler({"PATH": ""}, tmp_path / "main") == beside


def test_no_compiler_is_none(tmp_path: Path) -> None:
    assert find_compiler({"PATH": str(tmp_path)}, tmp_path / "main") is None


def test_a_named_compiler_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="BICEP: expected a program, got '/none'"):
        find_compiler({"BICEP": "/none", "PATH": os.environ["PATH"]}, tmp_path)


@pytest.mark.parametrize(
    ("script", "complaints"),
    [
        pytest.param("echo fine", [], id="success"),
        pytest.param("echo 'Warning BCP037' >&2", ["Warning BCP037"], id="warning"),
        pytest.param("echo differs; exit 1", ["differs"], id="failure that says so"),
        pytest.param("exit 3", ["exit code 3"], id="silent failure"),
    ],
)
def test_whatever_is_said_on_stderr_is_a_complaint(
    tmp_path: Path, script: str, complaints: list[str]
) -> None:
    assert complaints_of(program(tmp_path / "bicep", script), ["build"], tmp_path) == complaints
