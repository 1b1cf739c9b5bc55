"""Each promise of SECURITY.md, the README and the pages of docs/ has a test that fails without it: which one stands here.

A promise is a point of *What is promised* in SECURITY.md, or a sentence with one of the words below. On the pages of docs/,
which say much of what cannot be, that word alone makes no promise.
"""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
WORDS = re.compile(r"\b(?:never|always|every|nothing)\b", re.IGNORECASE)
MORE_WORDS = re.compile(rf"{WORDS.pattern}|\bcannot\b", re.IGNORECASE)
PAGES = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md") if path.name != "zig.md"
)  # which `nox -s docs` writes

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
    "docs/background/how-it-works.md": {
        "so that any machine can compile for any other": ("packaging/test_compiler.py::test_for_another_machine",),
        "compares every size, offset, constant and function type": (
            "packaging/test_headers.py::test_a_wrong_declaration_is_refused_by_name",
            "packaging/test_headers.py::test_the_declarations_are_those_of_this_python",
        ),
        "every imported CPython symbol against those that this CPython exports": (
            "packaging/test_verify.py::test_a_wrong_binary_is_refused",
            "packaging/test_verify.py::test_an_instruction_beyond_the_baseline_is_refused",
        ),
    },
    "docs/background/objects.md": {
        "A function that keeps nothing of an object though its types would let it": (
            "test_objects_links.py::test_what_says_that_it_keeps_nothing",
        ),
        "they are kept after the call, and given back when many are there and nothing is found to point to them": (
            "test_objects_kept.py::test_what_is_kept_in_all_of_them",
            "test_objects_kept.py::test_what_is_not_kept_is_given_back",
        ),
        "of what nothing points to: a view": (
            "test_objects_links.py::test_the_end_of_a_view_is_not_that_of_what_it_views",
        ),
        "it is called of what nothing points to first": (
            "test_objects_links.py::test_what_is_hidden_ends_with_what_it_points_to",
            "test_objects_links.py::test_a_deinit_does_not_use_what_is_gone",
        ),
        "Nothing is renewed.": ("test_objects_results.py::test_a_call_costs_the_same_however_much_it_points_to",),
        "Nothing is ever moved.": ("test_graph.py::test_pointers_into_a_stable_object",),
        "A constant of a class is an object that nothing changes": (
            "test_classes.py::test_a_constant_of_a_class_does_not_change",
        ),
        "a region's again, and nothing else's": ("test_objects_threads.py::test_who_waits_for_what_is_dropped",),
    },
    "docs/background/performance.md": {
        "a call that needs more than is on record fails the check": (
            "packaging/test_benchmarks.py::test_a_regression_is_named",
        ),
    },
    "docs/examples/graph.md": {
        "so nobody but the library makes a node": ("test_examples.py::test_only_a_view_makes_nodes",),
        "A view is given back when nothing refers to it": (
            "test_examples.py::test_nodes_live_as_long_as_their_view",
            "test_examples.py::test_memory_returns",
        ),
    },
    "docs/examples/sexp.md": {
        "points into the text that Python passed; nothing was copied": (
            "test_examples.py::test_a_node_keeps_the_text",
        ),
        "Every list has a line of its own": ("test_examples.py::test_files_come_back",),
    },
    "docs/guide/arrays.md": {
        "`.zeros` with every byte 0": ("test_arrays.py::test_what_is_shaped",),
        "Zig reads them where they are, and nothing is copied": ("test_arrays.py::test_what_can_be_is_shared",),
        "for every int type that has its value": ("test_arrays.py::test_what_numpy_has",),
        "`out` is a parameter that every such function has": ("test_arrays.py::test_each_item_as_numpy_does",),
        "with `.gil = .released` every call does": ("test_arrays.py::test_each_item_while_others_run",),
        "lets nothing change that meanwhile": ("test_arrays.py::test_an_array_of_an_object_is_an_attribute",),
        "share the memory of an array, and never copy": (
            "test_ndarrays.py::test_it_is_written_in_place",
            "test_ndarrays.py::test_what_is_not_aligned",
        ),
    },
    "docs/guide/calling.md": {
        "Nothing is copied.": ("test_call.py::test_a_buffer_is_written_in_place",),
        "Nothing is wrapped around, cut off or guessed": (
            "test_call.py::test_an_int_out_of_range",
            "test_kinds.py::test_refused",
            "test_kinds.py::test_what_is_no_value",
        ),
    },
    "docs/guide/classes.md": {
        "changes it in place, and nothing is copied": (
            "test_classes.py::test_methods_by_value_pointer_and_const_pointer",
            "test_objects_results.py::test_a_call_costs_the_same_however_much_it_points_to",
        ),
        "is given back when nothing points to it any more": (
            "test_objects_slices.py::test_values_that_nothing_points_to_any_more_are_given_back",
        ),
        "that return nothing give the object": ("test_class_options.py::test_operators",),
    },
    "docs/guide/coming-from.md": {
        "every CPU of the architecture": (
            "packaging/test_verify.py::test_an_instruction_beyond_the_baseline_is_refused",
            "packaging/test_commands.py::test_a_wheel_for_this_interpreter_is_for_the_baseline",
        ),
    },
    "docs/guide/errors.md": {
        "A Zig error is an exception `!T` needs nothing else": ("test_call.py::test_an_error_of_zig",),
    },
    "docs/guide/memory-and-threads.md": {
        "every block is freed that the result points to": (
            "test_memory.py::test_what_a_function_allocated_is_given_back",
            "test_memory.py::test_records_and_objects_are_given_back",
            "test_memory.py::test_what_an_object_keeps_stays",
        ),
        "`.result = .borrowed` nothing": (
            "test_memory.py::test_what_is_said_to_be_owned_and_is_not",
            "test_objects_options.py::test_borrowed_and_owned_memory",
        ),
    },
    "docs/guide/own-zig.md": {
        "A Zig file needs nothing but `pub fn`s": ("test_importer.py::test_a_zig_file_is_a_module",),
        "`never`: use what is built, fail where there is nothing; `always`": (
            "test_importer.py::test_never_and_always",
        ),
        "`2`: every command": ("test_importer.py::test_processes_build_once",),
        "Python has nothing for is named, too": ("test_real_zig.py::test_fields_that_python_does_not_see_are_named",),
        "Nothing public costs the module": (
            "test_real_zig.py::test_what_cannot_cross_is_left_out_by_name",
            "packaging/test_stubs.py::test_explain",
            "test_importer.py::test_what_calls_a_function_of_another_system_costs_no_other",
        ),
        "every module of a package by its name": ("test_importer.py::test_the_dependencies_of_a_package",),
        "and all of `std` at once": ("test_real_std.py::test_what_cannot_cross_is_left_out_by_name",),
        "for every platform, by a build hook for hatchling": (
            "packaging/test_user_project.py::test_a_wheel_for_each_cpython_is_built_verified_installed_and_run",
            "packaging/test_commands.py::test_an_editable_install_builds_at_the_import",
        ),
    },
    "docs/guide/threads.md": {
        "work in every module, in every mode": ("test_objects_threads.py::test_threads_of_zig_and_their_callbacks",),
        "`io.concurrent` always in another one": ("test_speaking.py::test_io",),
        "An `__aenter__` that returns nothing gives the object": ("test_speaking.py::test_async_with",),
        "in others it does nothing": ("test_speaking.py::test_a_thread_is_not_interrupted",),
        "what these leave out costs nothing": ("test_speaking.py::test_std_options_count",),
        "that never runs in the middle of a call": ("test_speaking.py::test_a_handler_may_call_zig_and_fail",),
        "as in a log, there is nothing to see": ("test_speaking.py::test_progress_where_sys_stderr_is_another",),
    },
    "docs/guide/types.md": {
        "every value of which they hold exactly": ("test_kinds.py::test_there_and_back",),
        "the same, where the function does nothing with it that only others have": (
            "test_real_calls.py::test_what_is_written_is_the_result",
            "test_real_calls.py::test_a_reader_reads_text_bytes_and_files",
        ),
    },
    "docs/index.md": {
        "nothing else is needed, on Linux, macOS and Windows": (
            "packaging/test_commands.py::test_a_new_project_builds_tests_and_type_checks",
        ),
        "A wrong argument is an exception that says what is wrong, never a crash": (
            "test_fuzz.py::test_random_calls",
            "test_call.py::test_what_is_wrong_is_said",
        ),
        "for every CPython, on this one machine": ("packaging/test_targets.py::test_the_default_matrix_is_64_wheels",),
    },
    "docs/reference/commands.md": {
        "the suite with every CPython on the machine": (
            "packaging/test_pythons.py::test_when_the_suite_of_all_pythons_fails",
        ),
        "against every `Python.h` on the machine": (
            "packaging/test_headers.py::test_the_declarations_are_those_of_this_python",
        ),
        "upload, after every check": ("packaging/test_publish.py::test_what_one_check_refuses_is_not_uploaded",),
        "every pin to the newest version": ("packaging/test_pins.py::test_an_update_moves_pins_alone",),
    },
    "docs/reference/options.md": {
        "An option that does not exist, or that is said of nothing that is there": (
            "packaging/test_compile_errors.py::test_the_diagnostic",
        ),
    },
    "docs/shipping/c-and-cpp.md": {
        "so that nothing is written into your sources": (
            "packaging/test_wheels_command.py::test_nothing_is_written_into_a_project_that_cannot_be",
        ),
        "and nothing over what is there": (
            "packaging/test_user_project.py::test_the_workflows_of_a_project_without_zig",
            "packaging/test_commands.py::test_a_project_is_not_overwritten",
        ),
    },
    "docs/shipping/releasing.md": {
        "build provenance of every file": ("packaging/test_workflows.py::test_the_release_uploads_as_publish_does",),
        "every hash is compared from the build to the download": (
            "packaging/test_rehearsal.py::test_what_is_rehearsed_is_the_next_release",
            "packaging/test_publish.py::test_what_has_not_arrived_is_not_published",
        ),
    },
    "docs/shipping/wheels.md": {
        "for every CPython: no container": (
            "packaging/test_targets.py::test_the_default_matrix_is_64_wheels",
            "packaging/test_wheels_command.py::test_three_platforms_and_then_nothing_to_do",
        ),
        "with `--fail-fast` nothing more is begun": (
            "packaging/test_wheels_command.py::test_fail_fast_begins_nothing_more",
            "packaging/test_wheels_command.py::test_one_mistake_is_told_once",
        ),
        "never beside another wheel's build": (
            "packaging/test_wheels_command.py::test_before_build_is_never_beside_another_wheels",
        ),
        "a project that nothing says to be compiled with Zig is refused before it is built": (
            "packaging/test_wheels_command.py::test_a_project_without_zig_is_refused_before_it_is_built",
            "packaging/test_wheels_command.py::test_a_wheel_that_lies_gets_no_name",
        ),
        "are in every wheel but Android's": (
            "packaging/test_compiler.py::test_c_is_what_verify_takes",
            "packaging/test_compiler.py::test_c_on_android",
        ),
        "A module exports nothing but its `PyInit_*`": (
            "packaging/test_compiler.py::test_c_is_what_verify_takes",
            "packaging/test_verify.py::test_a_wrong_binary_is_refused",
        ),
        "nothing that wrote the wheel is trusted with it": ("packaging/test_verify.py::test_wrong_files_are_refused",),
        "every instruction, against the baseline of the architecture": (
            "packaging/test_verify.py::test_which_instructions_a_baseline_has",
        ),
    },
}
"""By file and a piece of the sentence: the tests, of tests/."""

NO_PROMISES: dict[str, str] = {
    "every cell in one process in interleaved rounds": "how is measured",
    "is a builtin that does nothing": "what is measured",
    "with nothing allocated or freed": "what is measured",
    "nothing to do": "a row of measured times",
    "nothing, one at a time": "a row of measured times",
    "nothing, 1,000 at once": "a row of measured times",
    "write down nothing, as they are used here": "of other tools",
    "## Wheels for every platform from one machine": "a heading",
    "a *trampoline* of every Zig function": "how it is made",
    "a name in source code is always the same object": "what CPython does",
    "header (16 bytes), value, nothing else": "how an object is laid out",
    "has none, and costs nothing": "what there is not",
    "keeps nothing alive: most are private, and Zig shows them to nobody": "what is not promised",
    "T a struct that has nothing but pointers": "which row it is",
    "every way of calling in one process": "how is measured",
    "Nothing is inspected at run time": "the heading's summary; the counts of instructions are in the table",
    "nothing native is in them": "of another library",
    "`kicad.zig` is nothing but structs": "what an example has",
    "nothing: the Zig signature is the declaration": "what is not needed",
    "nothing: no header is written twice": "what is not needed",
    "nothing: a `*T`, or a `[]f64`, of a method": "what is not needed",
    "nothing there": "a text of an example",
    "`ReleaseFast` and `ReleaseSmall` check nothing": "what is not promised",
    "which then costs next to nothing": "no figure",
    "and nothing in notebooks": "what is not done",
    "`Shape.nothing()`": "a name of an example",
    "one command, all of them": "a link",
    "which nano_ffi cannot always see": "what is not promised",
    "nothing here runs it": "what was measured",
    "nothing here runs Android": "what is not promised",
    "real macOS, Windows and arm64 machines, which build nothing": "what GitHub does",
    "since nothing gets out of a WebAssembly trap": "what is not promised",
}
"""Sentences with such a word that promise nothing of the product, with the reason."""


def points() -> list[str]:
    """Those of SECURITY.md, each in one line."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    promised = text[text.index("## What is promised") :]
    return [" ".join(point.split()) for point in re.findall(r"^- .*?(?=^- |^#|\Z)", promised, re.DOTALL | re.MULTILINE)]


def sentences(file: str) -> list[str]:
    """Those of a text with one of the words, each in one line."""
    text = re.sub(r"```.*?```", "", (ROOT / file).read_text(encoding="utf-8"), flags=re.DOTALL)
    text = " ".join(text.split())
    words = MORE_WORDS if file == "README.md" else WORDS
    return [sentence for sentence in re.split(r"(?<=[.|])\s+(?=[A-Z*`|#])", text) if words.search(sentence)]


def unnamed(texts: list[str], pieces: list[str]) -> list[str]:
    """The texts of which no piece is known."""
    return [text for text in texts if not any(piece in text for piece in pieces)]


@functools.cache
def functions(path: Path) -> set[str]:
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_each_point_of_security_has_a_test() -> None:
    assert len(points()) >= 11
    assert unnamed(points(), list(PROMISES["SECURITY.md"])) == [], "name its tests in PROMISES, or take it out"


@pytest.mark.parametrize("file", ["README.md", *PAGES])
def test_each_promise_has_a_test(file: str) -> None:
    pieces = [*PROMISES.get(file, ()), *NO_PROMISES]
    assert unnamed(sentences(file), pieces) == [], "name its tests in PROMISES, or say in NO_PROMISES why it is none"


def test_there_are_promises() -> None:
    assert len(sentences("README.md")) >= 15
    assert sum(len(sentences(file)) for file in PAGES) >= 80


@pytest.mark.parametrize("file", PROMISES)
def test_what_is_named_is_there(file: str) -> None:
    texts = points() if file == "SECURITY.md" else sentences(file)
    assert [piece for piece in PROMISES[file] if not any(piece in text for text in texts)] == [], (
        "no sentence has it any more"
    )
    for tests in PROMISES[file].values():
        for test in tests:
            path, _, function = test.partition("::")
            assert function in functions(ROOT / "tests" / path), test


def test_what_is_no_promise_is_there() -> None:
    texts = [text for file in ("README.md", *PAGES) for text in sentences(file)]
    assert [piece for piece in NO_PROMISES if not any(piece in text for text in texts)] == [], (
        "no sentence has it any more"
    )


def test_a_sentence_that_nobody_names_is_found() -> None:
    assert unnamed(["It never ends.", "It is always new."], ["never ends"]) == ["It is always new."]
