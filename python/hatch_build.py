"""Builds the Python distribution: compiles the native agent, and adds the command line where it has been built.

In a clone the agent's sources are in ../agent and the command line is in ../build/command, which `npm run build` makes. A
source distribution carries both: it is all that is needed to build a wheel.
"""

import json
import os
import platform
import struct
import subprocess
import sys
import tempfile

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

AGENT = "libpyallocs.so"
COMMAND = "pyallocs/_command"


class BuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        in_clone = os.path.exists(os.path.join(self.root, "..", "agent", "native.json"))
        around = os.path.normpath(os.path.join(self.root, ".." if in_clone else "."))
        sources = os.path.join(around, "agent")
        if version == "editable":
            _compile_for_clone(around if in_clone else None, sources, self.root)
            return
        include = build_data["force_include"]
        command = os.path.join(around, "build", "command")
        if in_clone and os.path.isfile(os.path.join(command, "package.json")):
            include[command] = COMMAND
        if self.target_name == "sdist":
            include.update(_agent_files(sources, "agent"))
            return
        if COMMAND in include.values() or os.path.isdir(os.path.join(self.root, COMMAND)):
            include.update(_agent_files(sources, COMMAND + "/agent"))
        if _is_supported_machine():
            self._folder = tempfile.TemporaryDirectory(prefix="pyallocs-")
            made = os.path.join(self._folder.name, AGENT)
            compile_agent(sources, made)
            include[made] = "pyallocs/" + AGENT
            build_data["pure_python"] = False
            build_data["tag"] = "py3-none-" + platform_tag(made)

    def finalize(self, version, build_data, artifact_path):
        if hasattr(self, "_folder"):
            self._folder.cleanup()


def _is_supported_machine():
    return sys.platform.startswith("linux") and platform.machine() == "x86_64" and sys.maxsize > 2**32


def _how(sources):
    """How the agent is compiled: src/engines/native/agent.ts reads the same file."""
    with open(os.path.join(sources, "native.json"), encoding="utf-8") as file:
        return json.load(file)


def _agent_files(sources, target):
    files = {os.path.join(sources, "native.json"): target + "/native.json"}
    for folder in _how(sources)["folders"]:
        for name in sorted(os.listdir(os.path.join(sources, folder))):
            if name.endswith((".c", ".h")):
                files[os.path.join(sources, folder, name)] = "%s/%s/%s" % (target, folder, name)
    return files


def compile_agent(sources, output):
    how = _how(sources)
    files = [name[len("agent/") :] for name in _agent_files(sources, "agent").values()]
    inputs = [name for name in files if name.endswith(".c") and name not in how["leftOut"]]
    compiler = os.environ.get("CC") or "cc"
    try:
        done = subprocess.run(
            compiler.split() + how["flags"] + ["-o", output] + inputs,
            cwd=sources,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
        )
    except OSError as error:
        raise SystemExit(
            "pyallocs is built with a C compiler, and %s cannot be started (%s); install one (Debian, Ubuntu: apt install gcc "
            "libc6-dev; Fedora: dnf install gcc), or name one in CC" % (compiler, error.strerror)
        ) from error
    if done.returncode != 0:
        raise SystemExit("the C compiler %s could not build the agent of pyallocs:\n%s" % (compiler, done.stdout))


def _compile_for_clone(clone, sources, root):
    """`pip install -e`: the agent is put where the clone's own build puts it, unless it is there and up to date."""
    if not _is_supported_machine():
        return
    folder = os.path.join(root, "pyallocs") if clone is None else os.path.join(clone, "dist", "agent")
    output = os.path.join(folder, AGENT)
    newest = max(os.stat(path).st_mtime for path in _agent_files(sources, "agent"))
    if os.path.exists(output) and os.stat(output).st_mtime >= newest:
        return
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=folder) as temporary:
        made = os.path.join(temporary, AGENT)
        compile_agent(sources, made)
        os.replace(made, output)


def platform_tag(path):
    """The oldest glibc that has every symbol version which the object asks for; manylinux begins with 2.17 here."""
    versions = [name for name in needed_versions(path) if name.startswith("GLIBC_")]
    if not versions:
        return "linux_x86_64"  # another C library
    newest = max(tuple(int(part) for part in name[len("GLIBC_") :].split(".")[:2]) for name in versions)
    return "manylinux_%d_%d_x86_64" % max(newest, (2, 17))


def needed_versions(path):
    """The names in the section .gnu.version_r of an ELF object of 64 bits: structures Elf64_Shdr, Elf64_Verneed, Elf64_Vernaux
    of the System V ABI."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:6] != b"\x7fELF\x02\x01":
        raise SystemExit("%s is not an ELF object of 64 bits" % path)
    (at,) = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, at + index * size) for index in range(count)]
    for _, kind, _, _, offset, _, link, entries, _, _ in sections:
        if kind != 0x6FFFFFFE:  # SHT_GNU_verneed
            continue
        texts = sections[link][4]
        for _ in range(entries):
            _, versions, _, first, next_need = struct.unpack_from("<HHIII", data, offset)
            entry = offset + first
            for _ in range(versions):
                _, _, _, name, next_entry = struct.unpack_from("<IHHII", data, entry)
                start = texts + name
                yield data[start : data.index(b"\0", start)].decode("ascii")
                entry += next_entry
            offset += next_need
