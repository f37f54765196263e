"""Builds the wheel: the version is that of package.json, and the compiler is in it.

The compiler is what scripts/stage-wheel.mjs puts into src/datagpu/compiler_files. In a checkout that is done here, so that
`pip install ./python` gives a package that compiles; without Node.js, or with `npm install` not run, one that only loads.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

here = Path(__file__).resolve().parent
root = here.parent
staged = here / "src" / "datagpu" / "compiler_files"


def version() -> str:
    """That of the compiler; a source distribution has its own copy."""
    package = root / "package.json"
    if package.exists():
        return str(json.loads(package.read_text("utf-8"))["version"])
    found = re.search(r'__version__ = "([^"]+)"', (here / "src/datagpu/__init__.py").read_text("utf-8"))
    assert found is not None
    return found[1]


class BuildWithCompiler(build_py):
    """Stages the compiler first, and takes it into the package as it is."""

    def run(self) -> None:
        stage = root / "scripts" / "stage-wheel.mjs"
        if not staged.exists() and stage.exists() and (root / "dist" / "index.js").exists() and shutil.which("node"):
            subprocess.run(["node", str(stage)], cwd=root, check=True)
        super().run()
        if staged.exists() and not self.editable_mode:
            shutil.copytree(staged, Path(self.build_lib) / "datagpu" / "compiler_files", dirs_exist_ok=True)


class HasCompiler(Distribution):
    """Its packages are native: binaries of one system are among the compiler's dependencies."""

    def has_ext_modules(self) -> bool:
        return staged.exists() or (root / "dist" / "index.js").exists()


class AnyPython(bdist_wheel):
    """A wheel for every Python 3 of this system: no part of it is compiled against Python."""

    def get_tag(self) -> tuple[str, str, str]:
        _, _, platform = super().get_tag()
        return "py3", "none", platform


setup(version=version(), distclass=HasCompiler, cmdclass={"build_py": BuildWithCompiler, "bdist_wheel": AnyPython})
