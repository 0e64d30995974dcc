"""The forms that the repository ships: every one compiles with the product's FEEL, every step can be shown."""

from pathlib import Path

import pytest
from sample_forms import feel, parsed

import forms
from forms.form import read_form

FOLDER = Path(forms.__file__).parent
FILES = sorted(FOLDER.glob("*/*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_step_of_a_shipped_form_is_shown_with_labels_and_without_script(file):
    form = read_form(file.read_bytes(), expressions=feel, file=file.name)
    assert form.steps
    for step in form.steps:
        tree = parsed(form.render(step, {}))
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert {word for about in tree.xpath("//@aria-describedby") for word in about.split()} <= set(ids)
        assert not tree.xpath("//script | //@style")
        assert form.describe(step)["step"] == step


def test_there_are_forms_to_ship():
    assert len(FILES) >= 3
