"""YAML without surprises: plain data only, no key twice, no bomb, and every refusal with its line."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from demand.contract.errors import ConfigError, Problem

MAX_NODES = 100_000

_SAFE_TAGS = {f"tag:yaml.org,2002:{t}" for t in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")}
_MERGE = "tag:yaml.org,2002:merge"
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # of libyaml, if it is there


def parse_shipped(text: str) -> Any:
    """Read a file of the package itself: five times as fast, without refusals in words."""
    return yaml.load(text, Loader=_FAST)


def parse_yaml(text: str, *, name: str, start: str = "workspace: NAME") -> dict[str, Any]:
    """Read one mapping of plain values; anchors and `<<` work.

    Parameters
    ----------
    text : the file's content
    name : what to call it in messages: `demand.yaml`
    start : how such a file begins, for the messages

    Raises
    ------
    ConfigError
        All at once: tags that would build objects, keys written twice (a second one would silently win), aliases that
        expand into more than 100,000 nodes or contain themselves. Alone: text that is not YAML, or not a mapping.
    """
    loader: yaml.SafeLoader | None = None
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        problems = _refusals(root, name)
        if problems:
            raise ConfigError(problems=problems)
        data = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}, line {mark.line + 1}" if mark else name
        found = f"not readable as YAML: {error.problem or error.context}"
        raise ConfigError(
            problems=[Problem(found, where=place, remedy="mend the line; strings with `: ` or `#` need quotes")]
        ) from None
    except RecursionError:
        remedy = "write it with fewer levels"
        raise ConfigError(problems=[Problem("nested too deeply", where=name, remedy=remedy)]) from None
    except yaml.reader.ReaderError as error:
        place = f"{name}, line {text.count(chr(10), 0, error.position) + 1}"
        found = f"not readable as YAML: it contains the control character {error.character:#04x}"
        raise ConfigError(problems=[Problem(found, where=place, remedy="delete it, or save the file anew")]) from None
    except (yaml.YAMLError, ValueError) as error:
        remedy = "mend the value, or put it into quotes"
        raise ConfigError(problems=[Problem(f"not readable as YAML: {error}", where=name, remedy=remedy)]) from None
    finally:
        if loader is not None:
            loader.dispose()
    if not isinstance(data, dict):
        found = "the file is empty" if data is None else f"the file holds a {type(data).__name__}"
        remedy = "bring the former file back, or begin with the one that `demand init` makes"
        raise ConfigError(problems=[Problem(found, name, remedy, f"a mapping that starts with `{start}`")])
    return data


def _refusals(root: Node | None, name: str) -> list[Problem]:
    problems: list[Problem] = []
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def line(node: Node) -> str:
        return f"{name}, line {node.start_mark.line + 1}"

    def size(node: Node) -> int:
        """How many nodes this one expands into; shared nodes are visited once and counted as often as they occur."""
        if id(node) in open_nodes:
            problems.append(Problem("an alias that contains itself", where=line(node), remedy="write the value out"))
            return 1
        if id(node) in sizes:
            return sizes[id(node)]
        open_nodes.add(id(node))
        if node.tag not in _SAFE_TAGS and node.tag != _MERGE:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            problems.append(Problem(f"tag {tag}", where=line(node), expected="plain values", remedy="remove the tag"))
        total = 1
        if isinstance(node, MappingNode):
            problems.extend(_twice(node, line))
            total += sum(size(key) + size(value) for key, value in node.value)
        elif isinstance(node, SequenceNode):
            total += sum(size(item) for item in node.value)
        open_nodes.discard(id(node))
        sizes[id(node)] = total
        return total

    if root is not None and size(root) > MAX_NODES:
        expected = f"at most {MAX_NODES:,} values"
        remedy = "write the values out instead of repeating them by aliases"
        problems.append(Problem("too large once its aliases are expanded", name, remedy, expected))
    return problems


def _twice(node: MappingNode, line: Any) -> list[Problem]:
    first: dict[Hashable, Node] = {}
    problems = []
    for key, _ in node.value:
        if not isinstance(key, ScalarNode) or key.tag == _MERGE:
            continue
        if key.value in first:
            earlier = first[key.value].start_mark.line + 1
            problems.append(
                Problem(
                    f"key `{key.value}` stands twice (first in line {earlier})",
                    where=line(key),
                    remedy="keep one of them",
                )
            )
        first.setdefault(key.value, key)
    return problems
