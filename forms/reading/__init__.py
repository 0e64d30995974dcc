"""YAML to a definition, with every fault's file, path and line."""

from forms.reading.definition import read_definition
from forms.reading.reader import Expressions, Reader
from forms.reading.yaml_lines import Path, read_yaml

__all__ = ["Expressions", "Path", "Reader", "read_definition", "read_yaml"]
