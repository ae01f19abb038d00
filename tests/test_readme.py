"""The README's Python runs, block after block, as a newcomer would type it."""

import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", README, re.S)):
        exec(compile(block, f"README, block {number + 1}", "exec"), names)
    assert (tmp_path / "forward.svg").read_text("utf-8").startswith(("<?xml", "<svg"))
    assert "z = np.dot(w.T, x) + b" in capsys.readouterr().out
    assert names["fit"].fun < names["fit"].history[0]
