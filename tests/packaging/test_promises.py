"""Each promise of SECURITY.md and README.md has a test that fails without it: which one stands here.

A promise is a point of *What is promised* in SECURITY.md, or a sentence with one of the words below in the README. The
pages of docs/ are not in the table yet.
"""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
WORDS = re.compile(r"\b(?:never|always|every|nothing|cannot)\b", re.IGNORECASE)

PROMISES: dict[str, dict[str, tuple[str, ...]]] = {
    "SECURITY.md": {
        "Whatever Python passes to a function, by whichever way, is an exception or a result": (
            "test_fuzz.py::test_random_calls",
            "test_fuzz.py::test_calls_that_hypothesis_finds",
            "test_model.py::test_all_shapes_together",
            "test_model.py::test_threads",
            "test_objects_kept.py::test_what_is_kept_in_all_of_them",
        ),
        "An interpreter that a binary was not built for is refused with an ImportError": (
            "packaging/test_compiler.py::test_a_binary_of_another_cpython_refuses_to_be_loaded",
        ),
        "Your own Zig code has the checks of the mode that it is built in": (
            "test_panics.py::test_a_panic_is_an_exception",
            "test_importer.py::test_each_mode_and_cpu_is_kept",
        ),
        "compiles and runs Zig files that it finds on `sys.path`": (
            "test_importer.py::test_a_zig_file_is_a_module",
            "test_importer.py::test_what_python_finds_comes_first",
        ),
        "A cache folder that another user owns (other than root), or that others may write to, is refused": (
            "test_importer.py::test_a_folder_that_others_may_write_is_refused",
        ),
        "Releases are built once, by GitHub Actions, from a tag on main": (
            "packaging/test_publish.py::test_tags_that_may_not_be_released",
            "packaging/test_publish.py::test_a_commit_of_the_remote_main_may_be_released",
            "packaging/test_workflows.py::test_the_release_uploads_as_publish_does",
        ),
        "The job that gets the token neither checks out nor builds": (
            "packaging/test_workflows.py::test_who_may_publish_neither_checks_out_nor_builds",
            "packaging/test_workflows.py::test_nothing_is_granted_at_the_top_and_no_secret_is_used",
        ),
        "Each file has a PEP 740 attestation on the index": (
            "packaging/test_rehearsal.py::test_what_is_rehearsed_is_the_next_release",
            "packaging/test_publish.py::test_what_has_not_arrived_is_not_published",
        ),
        "The bytes can be made again": (
            "packaging/test_compare.py::test_nothing_but_the_same_bytes_is_reproduced",
            "packaging/test_compare.py::test_two_builds_have_nothing_in_common",
        ),
        "Each wheel has an SBOM (PEP 770), and is compared with what its tags claim": (
            "packaging/test_sbom.py::test_it_is_in_record_and_the_wheel_is_the_same_each_time",
            "packaging/test_verify.py::test_a_wrong_binary_is_refused",
            "packaging/test_verify.py::test_wrong_files_are_refused",
        ),
        "Every action is pinned by commit, every tool that touches the bytes by version": (
            "packaging/test_workflows.py::test_an_action_has_one_pin",
            "packaging/test_pins.py::test_a_package_has_one_pin",
            "packaging/test_pins.py::test_the_locks_have_what_is_pinned",
        ),
    },
    "README.md": {
        "functions at the cost of a C builtin, and ships them to every platform from one Linux machine": (
            "packaging/test_benchmarks.py::test_every_row_has_a_stored_count",
            "packaging/test_targets.py::test_the_default_matrix_is_64_wheels",
        ),
        "every wheel's bytes are checked against what it claims": (
            "packaging/test_wheels_command.py::test_a_wheel_that_lies_gets_no_name",
        ),
        "with Python 3.11 or later and nothing else": (
            "packaging/test_pins.py::test_nox_alone_runs_sessions_from_any_folder",
        ),
        "an install from the sdist need nothing but pip": (
            "packaging/test_wheels_command.py::test_sdist",
            "packaging/test_commands.py::test_an_editable_install_builds_at_the_import",
        ),
        "is an OverflowError, never a wrapped number": (
            "test_call.py::test_an_int_out_of_range",
            "test_integers.py::test_every_value_that_does_not",
        ),
        "needs nothing but `pub fn`s": ("test_readme.py::test_the_code_of_the_readme_runs",),
        "`never`: use what is built, fail where there is nothing": ("test_importer.py::test_never_and_always",),
        "`always`": ("test_importer.py::test_never_and_always",),
        "`2`: every command": ("test_importer.py::test_processes_build_once",),
        "every value of which they hold exactly": ("test_kinds.py::test_there_and_back",),
        "Every public struct of the file, and of files that it makes public": (
            "test_classes.py::test_static_functions_constants_and_nested_structs",
        ),
        "Python cannot construct a struct that has no `init`": ("test_classes.py::test_what_only_the_module_makes",),
        "else good until something may have freed it, or always where the class says": (
            "test_objects_options.py::test_what_is_freed",
        ),
        "What cannot cross is left out, or, where it is asked for by name, a compile error": (
            "test_real_zig.py::test_what_cannot_cross_is_left_out_by_name",
            "packaging/test_compile_errors.py::test_the_diagnostic",
        ),
        "`nox -s verify` trusts no tool that wrote a wheel": (
            "packaging/test_verify.py::test_a_wrong_binary_is_refused",
            "packaging/test_verify.py::test_an_instruction_beyond_the_baseline_is_refused",
            "packaging/test_verify.py::test_every_path_of_a_builder_is_seen",
            "packaging/test_verify.py::test_a_binary_without_hardening_is_refused",
            "packaging/test_verify.py::test_a_flipped_byte_anywhere_is_refused",
        ),
        "`nox -s headers` compares every declaration with the `Python.h`": (
            "packaging/test_headers.py::test_a_wrong_declaration_is_refused_by_name",
            "packaging/test_headers.py::test_the_declarations_are_those_of_this_python",
        ),
        "or, where a column or a figure is missing, nothing": (
            "packaging/test_benchmarks.py::test_a_missing_figure_is_an_error",
            "packaging/test_benchmarks.py::test_a_missing_module_is_an_error",
        ),
        "on every machine that wheels are built for": ("packaging/test_compiler.py::test_for_another_machine",),
    },
}
"""By file and a piece of the sentence: the tests, of tests/."""

NO_PROMISES: dict[str, str] = {
    "every cell in one process in interleaved rounds": "how is measured",
    "is a builtin that does nothing": "what is measured",
    "with nothing allocated or freed": "what is measured",
    "nothing to do": "a row of measured times",
    "## Wheels for every platform from one machine": "a heading",
}
"""Sentences of the README with such a word that promise nothing of the product, with the reason."""


def points() -> list[str]:
    """Those of SECURITY.md, each in one line."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    promised = text[text.index("## What is promised") :]
    return [" ".join(point.split()) for point in re.findall(r"^- .*?(?=^- |^#|\Z)", promised, re.DOTALL | re.MULTILINE)]


def sentences() -> list[str]:
    """Those of the README's text with one of the words, each in one line."""
    text = re.sub(r"```.*?```", "", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    text = " ".join(text.split())
    return [sentence for sentence in re.split(r"(?<=[.|])\s+(?=[A-Z*`|#])", text) if WORDS.search(sentence)]


def unnamed(texts: list[str], pieces: list[str]) -> list[str]:
    """The texts of which no piece is known."""
    return [text for text in texts if not any(piece in text for piece in pieces)]


@functools.cache
def functions(path: Path) -> set[str]:
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_each_point_of_security_has_a_test() -> None:
    assert len(points()) >= 11
    assert unnamed(points(), list(PROMISES["SECURITY.md"])) == [], "name its tests in PROMISES, or take it out"


def test_each_promise_of_the_readme_has_a_test() -> None:
    assert len(sentences()) >= 15
    pieces = [*PROMISES["README.md"], *NO_PROMISES]
    assert unnamed(sentences(), pieces) == [], "name its tests in PROMISES, or say in NO_PROMISES why it is none"


@pytest.mark.parametrize("file", PROMISES)
def test_what_is_named_is_there(file: str) -> None:
    texts = points() if file == "SECURITY.md" else sentences()
    pieces = [*PROMISES[file], *(NO_PROMISES if file == "README.md" else ())]
    assert [piece for piece in pieces if not any(piece in text for text in texts)] == [], "no sentence has it any more"
    for tests in PROMISES[file].values():
        for test in tests:
            path, _, function = test.partition("::")
            assert function in functions(ROOT / "tests" / path), test


def test_a_sentence_that_nobody_names_is_found() -> None:
    assert unnamed(["It never ends.", "It is always new."], ["never ends"]) == ["It is always new."]
