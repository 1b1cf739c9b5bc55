"""The private API of cibuildwheel that nano_ffi.wheels is built on. What fails here is what an upgrade has changed."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cibuildwheel", reason='needs pip install "nano-ffi[wheels]"')

import cibuildwheel.__main__ as command
from cibuildwheel import audit, errors, frontend, platforms, selector, venv
from cibuildwheel.architecture import Architecture
from cibuildwheel.environment import ParsedEnvironment
from cibuildwheel.logger import Logger, log
from cibuildwheel.options import BuildOptions, CommandLineArguments, GlobalOptions, Options, compute_options
from cibuildwheel.util import cmd, file, helpers, packaging, resources

SYSTEMS = ["linux", "macos", "windows", "android"]

SIGNATURES: dict[Callable[..., Any], list[str]] = {
    command.main: [],
    command.main_inner: ["global_options"],
    command.GlobalOptions: ["print_traceback_on_error"],
    selector.EnableGroup.parse_option_value: ["value"],
    platforms.PlatformModule.all_python_configurations: ["self"],
    platforms.PlatformModule.get_python_configurations: ["self", "build_selector", "architectures"],
    platforms.PlatformModule.build: ["self", "options", "tmp_path"],
    Options._compute_build_options: ["self", "identifier"],
    ParsedEnvironment.as_dictionary: ["self", "prev_environment", "executor"],
    selector.BuildSelector.__call__: ["self", "build_id"],
    selector.TestSelector.__call__: ["self", "build_id"],
    audit.run_audit: ["tmp_dir", "build_options", "wheel"],
    frontend.prepare_config_settings: ["config_settings", "project", "package"],
    frontend.parse_config_settings: ["config_settings_str"],
    helpers.prepare_command: ["command", "kwargs"],
    cmd.shell: ["commands", "env", "cwd"],
    cmd.call: ["args", "env", "cwd", "capture_stdout"],
    file.copy_test_sources: ["test_sources", "project_dir", "test_dir", "copy_into"],
    packaging.find_compatible_wheel: ["wheels", "identifier"],
    venv.activate_virtualenv: ["venv_path", "env", "base_python_bin_dir"],
    venv.find_uv: [],
    Logger.build_start: ["self", "identifier"],
    Logger.build_end: ["self", "filename"],
    Logger.step: ["self", "step_description"],
    Logger.step_end: ["self", "success"],
    Logger.step_end_with_error: ["self", "error"],
    Logger.error: ["self", "error"],
    Logger.print_summary: ["self", "options"],
    errors.BuildProducedNoWheelError: [],
    errors.NonPlatformWheelError: [],
    errors.RepairStepProducedNoWheelError: [],
    errors.RepairStepProducedMultipleWheelsError: ["wheels"],
    errors.AlreadyBuiltWheelError: ["wheel_name"],
}


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda function: function.__qualname__)
def test_signature(function: Callable[..., Any]) -> None:
    assert list(inspect.signature(function).parameters) == SIGNATURES[function]


def test_platforms_are_in_a_plain_dict() -> None:
    assert type(platforms.ALL_PLATFORM_MODULES) is dict
    assert set(SYSTEMS) <= set(platforms.ALL_PLATFORM_MODULES)
    assert vars(command)["ALL_PLATFORM_MODULES"] is platforms.ALL_PLATFORM_MODULES


def test_protocol_has_three_functions() -> None:
    protocol = platforms.PlatformModule
    names = {name for name, value in vars(protocol).items() if inspect.isfunction(value) and not name.startswith("_")}
    assert names == {"all_python_configurations", "get_python_configurations", "build"}


@pytest.mark.parametrize(
    ("system", "arch", "identifier"),
    [
        ("linux", Architecture.aarch64, "cp314t-musllinux_aarch64"),
        ("macos", Architecture.universal2, "cp313-macosx_universal2"),
        ("windows", Architecture.ARM64, "cp315-win_arm64"),
        ("android", Architecture.arm64_v8a, "cp314-android_arm64_v8a"),
    ],
)
def test_configurations_come_without_the_platform(system: Any, arch: Architecture, identifier: str) -> None:
    only = selector.BuildSelector(build_config=identifier, skip_config="")
    [configuration] = platforms.ALL_PLATFORM_MODULES[system].get_python_configurations(only, {arch})
    assert configuration.identifier == identifier


@pytest.mark.parametrize(
    ("record", "names"),
    [
        (GlobalOptions, {"package_dir", "output_dir", "build_selector", "test_selector", "architectures"}),
        (
            BuildOptions,
            {
                "globals",
                "environment",
                "before_all",
                "before_build",
                "repair_command",
                "test_command",
                "before_test",
                "test_sources",
                "test_requires",
                "test_extras",
                "test_environment",
                "build_frontend",
                "config_settings",
            },
        ),
    ],
)
def test_options_have_fields(record: type[Any], names: set[str]) -> None:
    assert names <= {field.name for field in dataclasses.fields(record)}


@pytest.mark.parametrize("name", ["package_dir", "output_dir", "test_selector"])
def test_build_options_have_property(name: str) -> None:
    assert isinstance(vars(BuildOptions)[name], property)


def test_options_read_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.nano-ffi.wheels]\nbefore-target = "x"\n')
    arguments = dataclasses.replace(CommandLineArguments.defaults(), package_dir=tmp_path)
    options = compute_options(platform="linux", command_line_arguments=arguments, env={})
    assert options.pyproject_toml == {"tool": {"nano-ffi": {"wheels": {"before-target": "x"}}}}
    assert options.globals.package_dir == tmp_path
    assert options.build_options("cp313-win_amd64").package_dir == tmp_path


@pytest.mark.parametrize("name", ["fold_mode", "colors_enabled", "build_start_time", "summary", "step_active"])
def test_logger_has_attribute(name: str) -> None:
    assert hasattr(log, name)


def test_summary_takes_the_start_that_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = tmp_path / "x-1-cp313-cp313-win_amd64.whl"
    wheel.write_bytes(b"")
    logger = Logger()
    logger.build_start("cp313-win_amd64")
    assert logger.build_start_time is not None
    logger.build_start_time -= 100
    logger.build_end(wheel)
    [info] = logger.summary
    assert (info.identifier, info.filename, round(info.duration)) == ("cp313-win_amd64", wheel, 100)
    assert "cp313-win_amd64" in capsys.readouterr().out


def test_fatal_error_is_a_base_exception_with_a_return_code() -> None:
    assert issubclass(errors.FatalError, BaseException)
    assert not issubclass(errors.FatalError, Exception)
    assert (errors.FatalError.return_code, errors.ConfigurationError.return_code) == (1, 2)
    assert errors.AlreadyBuiltWheelError("x.whl").return_code == 6


def test_main_exits_with_the_return_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise errors.NothingToDoError("nothing")

    monkeypatch.setattr(command, "main_inner", fail)
    with pytest.raises(SystemExit) as caught:
        command.main()
    assert caught.value.code == 3


def test_test_fail_file_is_there() -> None:
    assert resources.TEST_FAIL_CWD_FILE.is_file()
