"""Who may import whom: newsroom <- articles <- comments, and no circle among files."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("newsroom", "articles", "comments")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
}


def imports(module, *, inside_functions=True):
    """The modules of ours that `module` imports."""
    tree = ast.parse(MODULES[module].read_text())
    nodes = ast.walk(tree) if inside_functions else tree.body
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports relatively"
            # A file of a package, or a name in a module.
            found |= {
                name if (name := f"{node.module}.{alias.name}") in MODULES else node.module for alias in node.names
            }
    return found & MODULES.keys()


@pytest.mark.parametrize(("package", "above"), [("newsroom", {"articles", "comments"}), ("articles", {"comments"})])
def test_imports_only_from_below(package, above):
    wrong = {
        f"{module} imports {name}"
        for module in MODULES
        if module.partition(".")[0] == package
        for name in imports(module)
        if name.partition(".")[0] in above
    }
    assert not wrong


def test_has_no_circles():
    graph = {module: {name for name in imports(module, inside_functions=False) if name != module} for module in MODULES}
    done, trail = set(), []

    def visit(module):
        if module in trail:
            pytest.fail(" → ".join([*trail[trail.index(module) :], module]))
        if module in done:
            return
        trail.append(module)
        for name in graph.get(module, ()):
            visit(name)
        trail.pop()
        done.add(module)

    for module in graph:
        visit(module)


def test_nothing_is_named_for_nothing():
    vague = {"utils", "helpers", "services", "common", "misc"}
    assert not [module for module in MODULES if module.rpartition(".")[2] in vague]


def test_only_the_policy_knows_bleach():
    assert {module for module, path in MODULES.items() if "import bleach" in path.read_text()} == {"newsroom.html"}


def test_only_settings_read_the_environment():
    readers = {
        module
        for module, path in MODULES.items()
        if "os.environ" in path.read_text() and module not in {"newsroom.wsgi", "newsroom.settings"}
    }
    assert not readers
