"""The package's front: verbs, loaded when asked for."""

import subprocess
import sys

import pytest

import pipelines


def test_a_verb_is_a_function_also_after_its_module_was_imported():
    code = "import pipelines.status; from pipelines import status; print(callable(status))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.parametrize("name", pipelines.__all__)
def test_every_name_of_the_front_exists(name):
    assert callable(getattr(pipelines, name))


def test_importing_the_package_loads_no_model_library():
    code = "import sys, pipelines; print('mlflow' in sys.modules, 'lightgbm' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "False False\n"
    )
