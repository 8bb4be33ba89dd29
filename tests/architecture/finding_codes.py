"""Reads from the product's source which findings it can emit: code, severity and stage, by syntax, without running it.

Starts at every `Finding(...)`. A code that is a parameter leads to the calls of that function, a name to its constant
or its assignments, a validation rule's to the rules. What it cannot follow is an error, never left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stripe_netsuite.validate.rules import ALL_RULES

PLUGINS = Path(__file__).parents[2] / "plugins"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Emitted:
    """A kind of finding that the product makes, as its page must show it."""

    stage: str
    code: str
    severity: str


class CannotTell(Exception):
    """A finding is made in a way that this reader does not follow."""


@dataclass(frozen=True)
class _Module:
    path: Path
    tree: ast.Module

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def constants(self, name: str) -> list[ast.expr]:
        return [value for target, value in _assignments(self.tree.body) if target == name]


def emitted_findings(plugins: Path = PLUGINS) -> set[Emitted]:
    """Return all that the product's source can emit. Raises CannotTell."""
    modules = [_Module(path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(plugins.rglob("*.py"))]
    found: set[Emitted] = set()
    for module in modules:
        seen: set[ast.Call] = set()
        for function in module.functions():
            for call in _findings_in(function):
                seen.add(call)
                found |= _emitted_by(call, function, module, modules)
        for call in _findings_in(module.tree):
            if call not in seen:
                raise _cannot_tell(call, module)
    return found


def _emitted_by(call: ast.Call, function: Function, module: _Module, modules: list[_Module]) -> set[Emitted]:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    code, severity, stage = given["code"], given["severity"], given["stage"]
    if not (isinstance(stage, ast.Constant) and isinstance(stage.value, str)):
        raise _cannot_tell(stage, module)
    if ast.unparse(code) == "self.code" and ast.unparse(severity) == "self.severity":
        return {Emitted(stage.value, rule.code, rule.severity.value) for rule in ALL_RULES}
    if not ast.unparse(severity).startswith("Severity."):
        raise _cannot_tell(severity, module)
    word = ast.unparse(severity).removeprefix("Severity.").lower()
    return {Emitted(stage.value, text, word) for text in _texts(code, function, module, modules)}


def _texts(value: ast.expr, function: Function, module: _Module, modules: list[_Module]) -> set[str]:
    """Return every text that an expression can be."""
    match value:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=other):
            return _texts(body, function, module, modules) | _texts(other, function, module, modules)
        case ast.JoinedStr():
            return _proof_codes(value, module, modules)
        case ast.Name(id=name) if name in _parameters(function):
            calls = list(_calls_of(function, module, modules))
            if not calls:
                raise _cannot_tell(value, module)
            position = _parameters(function).index(name)
            return {
                text
                for call, caller, where in calls
                for text in _texts(_argument(call, name, position, where), caller, where, modules)
            }
        case ast.Name(id=name):
            inside = _assignments(list(ast.walk(function)))
            choices = [one for target, one in inside if target == name] or module.constants(name)
            if not choices:
                raise _cannot_tell(value, module)
            return {text for one in choices for text in _texts(one, function, module, modules)}
    raise _cannot_tell(value, module)


def _proof_codes(value: ast.JoinedStr, module: _Module, modules: list[_Module]) -> set[str]:
    """The one code that is put together: `proof_h1_broken` of the proof H1, for each proof that can be broken."""
    if ast.unparse(value) != "f'proof_{verdict.code.lower()}_broken'":
        raise _cannot_tell(value, module)
    broken: set[str] = set()
    for one in modules:
        if one.path.parent.name not in ("reconcile", "pipeline"):
            continue
        for call in (call for call in _calls_in(one.tree) if _called(call) == "Verdict"):
            proof = call.args[0]
            if not isinstance(proof, ast.Constant):
                raise _cannot_tell(proof, one)
            if any(isinstance(node, ast.Constant) and node.value == "broken" for node in ast.walk(call)):
                broken.add(f"proof_{str(proof.value).lower()}_broken")
    return broken


def _calls_of(
    function: Function, module: _Module, modules: list[_Module]
) -> Iterator[tuple[ast.Call, Function, _Module]]:
    """Yield the calls of a function: a private one's in its module, a method's as `.name` or `._name` anywhere."""
    is_method = bool(function.args.args) and function.args.args[0].arg == "self"
    name = function.name
    for where in [module] if name.startswith("_") and not is_method else modules:
        for caller in where.functions():
            for call in _calls_in(caller):
                if is_method:
                    if isinstance(call.func, ast.Attribute) and call.func.attr in (name, f"_{name}"):
                        yield call, caller, where
                elif isinstance(call.func, ast.Name) and call.func.id == name:
                    yield call, caller, where


def _calls_in(node: ast.AST) -> Iterator[ast.Call]:
    return (one for one in ast.walk(node) if isinstance(one, ast.Call))


def _findings_in(node: ast.AST) -> list[ast.Call]:
    """Where findings are made; `Finding(**columns)` only gives back what a stage has found."""
    made = (call for call in _calls_in(node) if _called(call) == "Finding")
    return [call for call in made if all(keyword.arg for keyword in call.keywords)]


def _argument(call: ast.Call, name: str, position: int, module: _Module) -> ast.expr:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position < len(call.args):
        return call.args[position]
    raise _cannot_tell(call, module)


def _parameters(function: Function) -> list[str]:
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return names[1:] if names[:1] == ["self"] else names


def _assignments(nodes: list[ast.stmt] | list[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            match target, node.value:
                case ast.Name(id=name), value:
                    yield name, value
                case ast.Tuple(elts=names), ast.Tuple(elts=values):
                    pairs = zip(names, values, strict=True)
                    yield from ((one.id, value) for one, value in pairs if isinstance(one, ast.Name))


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _cannot_tell(node: ast.expr, module: _Module) -> CannotTell:
    return CannotTell(f"{module.path.name}:{node.lineno}: {ast.unparse(node)}")
