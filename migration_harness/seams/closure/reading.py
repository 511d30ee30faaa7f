"""What the code of one module takes from elsewhere, as its tree says it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from migration_harness.seams.closure.modules import Module
from migration_harness.seams.closure.running import split
from migration_harness.syntax.naming import absolute, exported, imported, known_text, targets, text_of, words_of

_IMPORTERS: Final = (
    "importlib.import_module",
    "importlib.__import__",
    "builtins.__import__",
    "django.utils.module_loading.import_string",
    "pkgutil.resolve_name",
)
"""What imports by a name that it is given; followed where that name is written out."""
_SETTINGS: Final = "django.conf.settings"
_APPS: Final = "django.apps.apps"
_OPAQUE: Final = (
    *_IMPORTERS,
    _APPS,
    "builtins.__path__",
    "builtins.eval",
    "builtins.exec",
    "django.utils.module_loading.autodiscover_modules",
    "importlib.machinery.SourceFileLoader",
    "importlib.metadata.entry_points",
    "importlib.util.module_from_spec",
    "importlib.util.spec_from_file_location",
    "pkgutil.iter_modules",
    "pkgutil.walk_packages",
    "pydoc.locate",
    "runpy",
    "sys.meta_path",
    "sys.modules",
    "sys.path",
    "sys.path_hooks",
)
"""What runs code that nobody can tell by reading."""
_BARE: Final = {
    **{name: f"builtins.{name}" for name in ("__import__", "eval", "exec", "getattr", "hasattr")},
    "import_module": "importlib.import_module",
    "import_string": "django.utils.module_loading.import_string",
}
"""Names that mean it where the module gives them no other meaning; the last two may come by a star."""
_BY_NAME: Final = ("builtins.getattr", "builtins.hasattr")
_HANDLERS: Final = frozenset({"__subclasses__", "model_class"})
"""Methods that answer with classes which nobody imported."""
_READS_FILES: Final = ("__file__", "importlib.resources", "importlib_resources", "pkgutil.get_data")
_RELATIONS: Final = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})
_USER: Final = "AUTH_USER_MODEL"
_LONGEST_PATH: Final = 200


@dataclass(slots=True)
class Read:
    """What one module's code says.

    Attributes:
        digest: Of the code: comments and layout are no part of it.
        imports: Dotted names that it imports, or may: those that are no modules are attributes of one.
        stars: Modules of which it imports everything.
        exported: What a star imports of it; None where ``__all__`` is not written out.
        handed: Names that it hands on or looks into, with what says so: of a package, that may run all of it.
        whole: Packages out of which it imports by names that nobody can tell by reading, with what says so.
        opaque: What runs code that nobody can tell by reading.
        settings: Names of Django's settings that it reads.
        models: Labels of models that it asks for by their names.
        paths: Texts that may be names of files; empty where it reads no file of its own.
    """

    digest: str
    imports: set[str] = field(default_factory=set)
    stars: set[str] = field(default_factory=set)
    exported: tuple[str, ...] | None = ()
    handed: dict[str, str] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)
    opaque: list[str] = field(default_factory=list)
    settings: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)


def read(module: Module) -> Read:
    """Read a module. Of what is no Python, or none of this version, only the bytes can be told."""
    if not module.is_source:
        return Read(digest=_digest(module.content), opaque=[f"{module.path} has no source"])
    try:
        tree = ast.parse(module.content)
        text = ast.dump(tree)
        return _Reading(module, tree, _digest(text.encode("utf-8", "backslashreplace"))).found
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Read(digest=_digest(module.content), opaque=[f"{module.path} cannot be read"])


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


class _Reading:
    """One module's tree, looked through once."""

    def __init__(self, module: Module, tree: ast.Module, digest: str) -> None:
        self._module = module
        self.found = Read(digest=digest)
        self._nodes, of_checkers = split(tree)
        self._bound: dict[str, set[str]] = {}
        """What names are bound to by imports, anywhere in the module: dotted names of modules or attributes."""
        for node in self._nodes:
            self._import(node)
        self._own = {each.id for each in self._nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        self._own |= {each.name for each in self._nodes if isinstance(each, ast.FunctionDef | ast.ClassDef)}
        self._explained: set[ast.AST] = {each.value for each in self._nodes if isinstance(each, ast.Attribute)}
        """References of which what is around them says more."""
        for node in self._nodes:
            if isinstance(node, ast.Call):
                self._call(node)
            elif isinstance(node, ast.Subscript):
                self._item(node)
        for node in self._nodes:
            if isinstance(node, ast.Name | ast.Attribute):
                self._reference(node)
        self._types(of_checkers)
        self.found.exported = exported(self._nodes)
        if self._reads_files():
            texts = {text for each in self._nodes if (text := text_of(each))}
            self.found.paths = {text for text in texts if len(text) <= _LONGEST_PATH and "\n" not in text}

    def _reads_files(self) -> bool:
        names = {each.id for each in self._nodes if isinstance(each, ast.Name)} | self.found.imports
        return any(_is(name, (each,)) for each in _READS_FILES for name in names)

    # Imports

    def _import(self, node: ast.AST) -> None:
        for name, target in targets(node, self._module.package):
            if name == "*":
                self.found.stars.add(target)
            else:
                self._bound.setdefault(name, set()).add(target)
        self.found.imports.update(imported(node, self._module.package))

    def _types(self, nodes: list[ast.AST]) -> None:
        """Follow an import for type checkers where it says what is handed in: that object's code runs."""
        of_types: dict[str, set[str]] = {}
        for node in nodes:
            for name, target in targets(node, self._module.package):
                of_types.setdefault(name, set()).add(target)
                if isinstance(node, ast.Import):
                    of_types[name].update(each.name for each in node.names)
        for node in self._nodes if of_types else ():
            if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
                for word in words_of(node.annotation):
                    self.found.imports.update(of_types.get(word, ()))

    # What is called by name

    def _call(self, node: ast.Call) -> None:
        for name in self._meant(node.func):
            if name in _IMPORTERS:
                self._imports_by_name(node)
            elif name == f"{_APPS}.get_model":
                self._model(node)
            elif name == "django.contrib.auth.get_user_model":
                self.found.models.add(_USER)
            elif name in _BY_NAME and len(node.args) > 1 and (text := text_of(node.args[1])) is not None:
                self._attribute(node, text)
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in _RELATIONS:
            for to in node.args[:1] or [each.value for each in node.keywords if each.arg == "to"]:
                self.found.models |= {text_of(to) or ""} - {""}
                self.found.models |= {_USER} if isinstance(to, ast.Attribute) and to.attr == _USER else set()

    def _imports_by_name(self, node: ast.Call) -> None:
        """Follow an import by a name, as far as the name is written out."""
        self._explained.add(node.func)
        given = node.args[:1] or [each.value for each in node.keywords if each.arg in {"name", "dotted_path"}]
        known, is_all = known_text(given[0], self._module) if given else ("", False)
        if known.startswith("."):
            anchor = node.args[1:2] or [each.value for each in node.keywords if each.arg == "package"]
            package, is_told = known_text(anchor[0], self._module) if anchor else (self._module.package, True)
            known = absolute(known, package) if is_told else ""
        if known and is_all:
            self.found.imports.add(known)
        elif package := known.rpartition(".")[0]:
            self.found.whole[package] = self._place(node)
        else:
            self._opaque(node)

    def _model(self, node: ast.Call) -> None:
        given = {each.arg: text_of(each.value) for each in node.keywords}
        texts = [*(text_of(each) for each in node.args), given.get("app_label"), given.get("model_name")]
        label = ".".join(text for text in texts if text is not None)
        if label.count(".") == 1:
            self._explained.add(node.func)
            self.found.models.add(label)

    def _attribute(self, node: ast.Call, text: str) -> None:
        """Follow getattr with a name that is written out, as if it were an attribute."""
        for target in self._meant(node.args[0]):
            self._explained.add(node.args[0])
            self._name(f"{target}.{text}", node)

    def _item(self, node: ast.Subscript) -> None:
        """Follow a module that is taken from those that are loaded, by a name that is written out."""
        known, is_all = known_text(node.slice, self._module)
        if is_all and "sys.modules" in self._meant(node.value):
            self._explained.add(node.value)
            self.found.imports.add(known)

    # What is named

    def _reference(self, node: ast.Name | ast.Attribute) -> None:
        if isinstance(node, ast.Attribute) and node.attr in _HANDLERS:
            self._opaque(node)
        if node not in self._explained:
            for name in self._meant(node):
                self._name(name, node)

    def _name(self, name: str, node: ast.AST) -> None:
        """Note one reference, the longest that can be told."""
        if _is(name, _OPAQUE) or name == _SETTINGS:
            self._opaque(node)
        elif _is(name, (_SETTINGS,)):
            self.found.settings.add(name.removeprefix(f"{_SETTINGS}.").partition(".")[0])
        else:
            self.found.imports.add(name)
            self.found.handed.setdefault(name.removesuffix(".__dict__").removesuffix(".__path__"), self._place(node))

    def _meant(self, node: ast.AST) -> Iterator[str]:
        """Yield the dotted names that an expression stands for, by the imports of the module."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return
        rest = "".join(f".{part}" for part in reversed(parts))
        if node.id == "__path__":
            yield "builtins.__path__"
        elif node.id in self._bound:
            yield from (target + rest for target in self._bound[node.id])
        elif node.id in _BARE and node.id not in self._own:
            yield _BARE[node.id] + rest

    def _opaque(self, node: ast.AST) -> None:
        if (place := self._place(node)) not in self.found.opaque:
            self.found.opaque.append(place)

    def _place(self, node: ast.AST) -> str:
        return f"{self._module.path} says {ast.unparse(node).splitlines()[0]}"


def _is(name: str, group: tuple[str, ...]) -> bool:
    """Tell whether a name is one of a group, or an attribute of it."""
    return any(name == each or name.startswith(f"{each}.") for each in group)
