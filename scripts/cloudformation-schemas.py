#!/usr/bin/env python3
"""Writes data/cloudformation.bin: what the resource types of CloudFormation look like.

Needs Python's standard library.

    pip download --no-deps cfn-lint==1.58.0
    scripts/cloudformation-schemas.py cfn_lint-1.58.0-py3-none-any.whl

The argument is that wheel, or the folder it was unpacked to. The same input gives the same bytes.
What is taken from where, and what is left out, is told in data/README.md.

Layout (all numbers little-endian; `u24` has three bytes; `varint` is LEB128 without sign)

    0    "PGC1"
    4    u16  string: date of the schemas
    6    u16  0
    8    per section: u32 offset, u32 number of records; in this order:

    0 STRING_ENDS   u24 each: where the string ends in STRINGS; it begins where the one before ends
    1 STRINGS       bytes, UTF-8
    2 NODE_ENDS     u24 each: the same for NODES
    3 NODES         records of schemas, below
    4 PATH_ENDS     u24 each: the same for PATHS
    5 PATHS         lists of paths, below
    6 TYPES         u16 string (what stands before the last `::`), u16 string (what stands behind it),
                    u24 node, u16 list of paths, u8 facts, u16 string (date of the facts); by both names

A node says what a value may look like. Links are numbers of nodes; they may go round in circles.

    u16   bits 0-5   sorts of value that will do: string, integer, number, boolean, object, array
          bits 6-7   other properties: 0 refused, 1 kept, 2 each as the link that follows
          bit 8      has properties      bit 9   has items
          bit 10     has choices         bit 11  the case of choices does not count
          bit 12     needs one of several sets of properties
    then, as far as the bits say so:
          properties  varint count; each: varint string, varint link * 2 + (1 if required); by name
          each        varint link
          items       varint link
          choices     varint count; each: varint string
          needs       varint count; each: varint count; each: varint string

A list of paths has four parts: properties that cannot be changed without making the resource anew,
those where it depends on the change, those that only the service sets, those that are deprecated.

    varint count; each: varint count; each: varint string (`*` is any item)

The facts of a type: bits 0-1 nothing, in maintenance, soon to be closed, closed; bits 2-3 how it is
replaced: not said, first deleted, first created.
"""

import hashlib
import json
import os
import struct
import sys
import zipfile
from collections import Counter

SORTS = ["string", "integer", "number", "boolean", "object", "array"]
ANY = frozenset(SORTS)
SCALARS = frozenset(SORTS[:4])
LIFECYCLE = [None, "maintenance", "sunset", "shutdown"]
REPLACEMENT = [None, "delete_then_create", "create_then_delete"]
MAIN = "us-east-1"
# More choices than these are lists that grow.
MOST_CHOICES = 16


class Source:
    """The files of the wheel."""

    def __init__(self, path):
        self.path = path
        self.wheel = None if os.path.isdir(path) else zipfile.ZipFile(path)

    def names(self):
        if self.wheel:
            return self.wheel.namelist()
        return [
            os.path.relpath(os.path.join(folder, name), self.path).replace(os.sep, "/")
            for folder, _, names in os.walk(os.path.join(self.path, "cfnlint", "data", "schemas"))
            for name in names
        ]

    def json(self, name):
        if self.wheel:
            return json.loads(self.wheel.read(name))
        with open(os.path.join(self.path, name), "rb") as file:
            return json.load(file)


def schemas(source):
    """Type -> schema: those of the main region first, then those that are only elsewhere."""
    folder = "cfnlint/data/schemas/"
    regions = {}
    for name in sorted(source.names()):
        if name.startswith(folder + "providers/") and name.endswith(".json"):
            regions[name.rsplit("/", 1)[1][: -len(".json")]] = source.json(name)
    order = [MAIN] + sorted(set(regions) - {MAIN})
    hashes = {}
    for region in order:
        for kind, digest in regions[region].items():
            hashes.setdefault(kind, digest)
    read = {digest: source.json(f"{folder}resources/{digest}.json") for digest in sorted(set(hashes.values()))}
    return {kind: read[digest] for kind, digest in sorted(hashes.items())}, source.json(folder + "version.json")


class Shape:
    """What a value may look like, as far as it is known without following properties."""

    def __init__(self, sorts=None, properties=None, required=(), others=None, items=None, choices=None,
                 caseless=False, needs=()):
        self.sorts = sorts  # None: not said
        self.properties = properties  # None: not said; name -> list of schemas
        self.required = frozenset(required)
        self.others = others  # None: not said; "refused", "kept", or a list of schemas
        self.items = items  # None: not said; a list of schemas
        self.choices = choices  # None: not said
        self.caseless = caseless
        self.needs = tuple(needs)  # groups; each: sets of which one has to be there


def both(a, b):
    """A value keeps to both. Where that is hard to say, more is accepted than there would have to be."""
    sorts = a.sorts if b.sorts is None else b.sorts if a.sorts is None else (a.sorts & b.sorts) or (a.sorts | b.sorts)
    properties = a.properties if b.properties is None else b.properties
    if a.properties is not None and b.properties is not None:
        properties = {**b.properties, **a.properties}
    others = a.others if b.others is None else b.others if a.others is None else None
    if a.others is not None and b.others is not None:
        others = next((one for one in (a.others, b.others) if isinstance(one, list)), None)
        others = others or ("refused" if "refused" in (a.others, b.others) else "kept")
    choices = a.choices if b.choices is None else b.choices if a.choices is None else a.choices & b.choices or None
    return Shape(sorts, properties, a.required | b.required, others, b.items if a.items is None else a.items,
                 choices, a.caseless or b.caseless, a.needs + b.needs)


def union(lists):
    """Schemas of which one will do, each once."""
    out = []
    for one in lists:
        out += [schema for schema in one if schema not in out]
    return out


def sorts_of(shape):
    """Sorts of values: those that are said, else those that what is said makes sense for."""
    if shape.sorts is not None:
        return shape.sorts
    if shape.properties is not None or shape.others is not None or shape.required or shape.needs:
        return frozenset({"object"})
    if shape.items is not None:
        return frozenset({"array"})
    return ANY if shape.choices is None else SCALARS


def said_of(shape, name):
    """The schemas of a property, which may be one of the others."""
    if name in (shape.properties or {}):
        return shape.properties[name]
    if isinstance(shape.others, list):
        return shape.others
    return [] if shape.others == "refused" else [True]


def either(shapes):
    """A value keeps to one of them."""
    if len(shapes) == 1:
        return shapes[0]
    sorts = frozenset().union(*map(sorts_of, shapes))
    objects = [one for one in shapes if "object" in sorts_of(one)]
    arrays = [one for one in shapes if "array" in sorts_of(one)]
    properties, others, required, needs = None, None, frozenset(), ()
    if objects:
        if any(one.properties is not None for one in objects):
            names = sorted({name for one in objects for name in one.properties or ()})
            properties = {name: union([said_of(one, name) for one in objects]) for name in names}
        if any(one.others in (None, "kept") for one in objects):
            others = "kept"
        elif all(one.others == "refused" for one in objects):
            others = "refused"
        else:
            others = union([one.others for one in objects if isinstance(one.others, list)])
        required = frozenset.intersection(*(one.required for one in objects))
        sets = [one.required - required for one in objects]
        if all(sets):
            needs = (tuple(sorted({tuple(sorted(one)) for one in sets})),)
    items = None
    if arrays and all(one.items is not None for one in arrays):
        items = union([one.items for one in arrays])
    plain = [one for one in shapes if sorts_of(one) & SCALARS]
    choices = None
    if plain and all(one.choices is not None for one in plain):
        choices = frozenset().union(*(one.choices for one in plain))
    return Shape(sorts, properties, required, others, items, choices, any(one.caseless for one in shapes), needs)


def text_of(value):
    return value if isinstance(value, str) else json.dumps(value)


class Graph:
    """The nodes of all types, before those that say the same are one."""

    def __init__(self):
        self.nodes = []
        self.made = {}

    def shape(self, schema, root, depth=0):
        if schema is True or depth > 20:
            return Shape(sorts=ANY, others="kept")
        if schema is False:
            return Shape(sorts=ANY, others="kept")
        if "$ref" in schema:
            target = root
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            return self.shape(target, root, depth + 1)
        said = schema.get("type")
        said = [said] if isinstance(said, str) else said
        sorts = None if said is None else frozenset(said) - {"null"}
        if sorts is None and "typeName" in schema:
            sorts = frozenset({"object"})
        choices = schema.get("enum") or schema.get("enumCaseInsensitive")
        if choices is None and "const" in schema:
            choices = [schema["const"]]
        if choices and any(isinstance(one, (list, dict)) for one in choices):
            choices = None
        patterns = schema.get("patternProperties")
        extra = schema.get("additionalProperties")
        if patterns:
            others = union([[one] for one in patterns.values()])
        elif isinstance(extra, dict):
            others = [extra]
        else:
            others = {None: None, True: "kept", False: "refused"}[extra]
        properties = schema.get("properties")
        items = schema.get("items")
        if items is None and "prefixItems" in schema:
            items = {"anyOf": schema["prefixItems"]}
        shape = Shape(
            sorts,
            None if properties is None else {name: [one] for name, one in properties.items()},
            schema.get("required", []),
            others,
            [items] if isinstance(items, dict) else None,
            frozenset(text_of(one) for one in choices) if choices else None,
            "enumCaseInsensitive" in schema,
        )
        for key in ("requiredXor", "requiredOr"):
            if key in schema:
                lists = schema[key]
                lists = lists if lists and isinstance(lists[0], list) else [lists]
                for one in lists:
                    shape.needs += (tuple(sorted((name,) for name in one)),)
        for one in schema.get("allOf", []):
            shape = both(shape, self.shape(one, root, depth + 1))
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                shape = both(shape, either([both_for(self.shape(one, root, depth + 1), shape) for one in schema[key]]))
        return shape

    def link(self, alternatives, root, kind):
        key = (kind, json.dumps(alternatives, sort_keys=True))
        if key in self.made:
            return self.made[key]
        number = self.made[key] = len(self.nodes)
        self.nodes.append(None)
        shape = either([self.shape(one, root) for one in alternatives])
        sorts = sorts_of(shape)
        properties, others, required, needs = (), "kept", frozenset(), ()
        if "object" in sorts:
            names = dict(shape.properties or {})
            required = shape.required
            others = shape.others or "kept"
            # What is required and has no schema is still a property.
            for name in sorted(required | {name for group in shape.needs for one in group for name in one}):
                if name not in names:
                    names[name] = [True]
            properties = tuple((name, self.link(names[name], root, kind), name in required) for name in sorted(names))
            if isinstance(others, list):
                others = self.link(others, root, kind)
            needs = tuple(sorted(group for group in shape.needs if not any(set(one) <= required for one in group)))
        items = self.link(shape.items, root, kind) if "array" in sorts and shape.items is not None else None
        choices = ()
        if shape.choices is not None and sorts <= SCALARS and len(shape.choices) <= MOST_CHOICES:
            choices = tuple(sorted(shape.choices))
        self.nodes[number] = (tuple(one for one in SORTS if one in sorts), others, properties, items, choices,
                              shape.caseless and bool(choices), needs[:1])
        return number

    def merged(self):
        """Class of each node: nodes that no walk can tell apart are in one class."""
        classes = [0] * len(self.nodes)
        count = 1
        while True:
            seen = {}
            after = []
            for number, (sorts, others, properties, items, choices, caseless, needs) in enumerate(self.nodes):
                said = (
                    sorts, classes[others] if isinstance(others, int) else others,
                    tuple((name, classes[link], required) for name, link, required in properties),
                    None if items is None else classes[items], choices, caseless, needs, classes[number])
                after.append(seen.setdefault(said, len(seen)))
            classes = after
            if len(seen) == count:
                return classes
            count = len(seen)


def both_for(branch, base):
    """A branch of alternatives, told what all have in common."""
    return Shape(
        branch.sorts if branch.sorts is not None else base.sorts,
        branch.properties, branch.required,
        # A branch that says nothing of other properties leaves them to what is around it.
        branch.others if branch.others is not None else base.others,
        branch.items, branch.choices, branch.caseless, branch.needs)


def paths(schema, key):
    out = set()
    for pointer in schema.get(key, []):
        parts = pointer.removeprefix("/").split("/")
        if parts[0] == "properties":
            parts = parts[1:]
        parts = [part.replace("~1", "/").replace("~0", "~") for part in parts if part not in ("items",)]
        parts = [part for number, part in enumerate(parts) if not (part == "properties" and number > 0)]
        if parts:
            out.add(tuple(parts))
    return tuple(sorted(out))


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def ordered(counts):
    """Most frequent first: they get the short numbers."""
    return sorted(counts, key=lambda one: (-counts[one], one))


def build(source):
    kinds, version = schemas(source)
    graph = Graph()
    roots, lists, facts = {}, {}, {}
    for kind, schema in kinds.items():
        roots[kind] = graph.link([schema], schema, kind)
        lists[kind] = tuple(paths(schema, key) for key in (
            "createOnlyProperties", "conditionalCreateOnlyProperties", "readOnlyProperties", "deprecatedProperties"))
        lifecycle = schema.get("lifecycle", {})
        facts[kind] = (LIFECYCLE.index(lifecycle.get("status")), REPLACEMENT.index(schema.get("replacementStrategy")),
                       lifecycle.get("date", ""))
    classes = graph.merged()
    shapes = {}
    for number, node in enumerate(graph.nodes):
        shapes.setdefault(classes[number], node)
    uses = Counter(classes[link] for node in shapes.values() for _, link, _ in node[2])
    uses.update(classes[node[3]] for node in shapes.values() if node[3] is not None)
    # Ties in the order in which they are met, which is that of the types.
    order = sorted(shapes, key=lambda one: (-uses[one], one))
    numbers = {one: number for number, one in enumerate(order)}

    strings = Counter([version["schema_date"][:10], ""])
    for node in shapes.values():
        strings.update(name for name, _, _ in node[2])
        strings.update(node[4])
        strings.update(name for group in node[6] for one in group for name in one)
    for kind in kinds:
        strings.update(kind.rpartition("::")[::2])
        strings.update([facts[kind][2]])
    for one in set(lists.values()):
        strings.update(part for section in one for path in section for part in path)
    string_list = ordered(strings)
    string_numbers = {text: number for number, text in enumerate(string_list)}

    def record(node):
        sorts, others, properties, items, choices, caseless, needs = node
        head = sum(1 << SORTS.index(one) for one in sorts)
        head |= {"refused": 0, "kept": 1}.get(others, 2) << 6
        head |= bool(properties) << 8 | (items is not None) << 9 | bool(choices) << 10 | caseless << 11
        head |= bool(needs) << 12
        out = [struct.pack("<H", head)]
        if properties:
            out.append(varint(len(properties)))
            for name, target, required in properties:
                out += [varint(string_numbers[name]), varint(numbers[classes[target]] * 2 + required)]
        if isinstance(others, int):
            out.append(varint(numbers[classes[others]]))
        if items is not None:
            out.append(varint(numbers[classes[items]]))
        if choices:
            out.append(varint(len(choices)))
            out += [varint(string_numbers[text]) for text in choices]
        if needs:
            out.append(varint(len(needs[0])))
            for one in needs[0]:
                out.append(varint(len(one)))
                out += [varint(string_numbers[text]) for text in one]
        return b"".join(out)

    def path_record(sections):
        out = []
        for section in sections:
            out.append(varint(len(section)))
            for path in section:
                out.append(varint(len(path)))
                out += [varint(string_numbers[part]) for part in path]
        return b"".join(out)

    def ends(parts):
        at, out = 0, []
        for part in parts:
            at += len(part)
            out.append(struct.pack("<I", at)[:3])
        return out

    list_order = sorted(set(lists.values()))
    list_numbers = {one: number for number, one in enumerate(list_order)}
    rows = []
    for kind in sorted(kinds, key=lambda one: one.rpartition("::")[::2]):
        before, _, last = kind.rpartition("::")
        state, replacement, date = facts[kind]
        rows.append(
            struct.pack("<HH", string_numbers[before], string_numbers[last])
            + struct.pack("<I", numbers[classes[roots[kind]]])[:3]
            + struct.pack("<HBH", list_numbers[lists[kind]], state | replacement << 2, string_numbers[date]))
    blobs = [text.encode() for text in string_list]
    records = [record(shapes[one]) for one in order]
    path_records = [path_record(one) for one in list_order]
    sections = [ends(blobs), blobs, ends(records), records, ends(path_records), path_records, rows]
    head = struct.pack("<4sHH", b"PGC1", string_numbers[version["schema_date"][:10]], 0)
    at = len(head) + 8 * len(sections)
    body = []
    for number, section in enumerate(sections):
        data = b"".join(section)
        head += struct.pack("<II", at, len(data) if number in (1, 3, 5) else len(section))
        at += len(data)
        body.append(data)
        print(f"section {number}: {len(data)} bytes, {len(section)} records", file=sys.stderr)
    assert len(string_list) < 0x10000 and len(list_order) < 0x10000 and len(order) < 0x1000000
    print(f"{len(kinds)} types, {len(graph.nodes)} nodes before, {len(order)} after", file=sys.stderr)

    def told():
        """Everything in plain text, for the reader to be compared with."""
        for number, one in enumerate(order):
            sorts, others, properties, items, choices, caseless, needs = shapes[one]
            out = [f"{number} {'|'.join(sorts)}"]
            out += [f".{name}{'!' if required else ''}={numbers[classes[link]]}" for name, link, required in properties]
            out += [others if isinstance(others, str) else f"each={numbers[classes[others]]}"]
            out += [f"items={numbers[classes[items]]}"] if items is not None else []
            out += [f"choices={'|'.join(choices)}{'~' if caseless else ''}"] if choices else []
            out += [f"needs={'|'.join('+'.join(group) for group in needs[0])}"] if needs else []
            yield " ".join(out) + "\n"
        for kind in sorted(kinds, key=lambda one: one.rpartition("::")[::2]):
            state, replacement, date = facts[kind]
            shown = ";".join(" ".join("/".join(path) for path in section) for section in lists[kind])
            yield f"{kind} {numbers[classes[roots[kind]]]} {state} {replacement} {date} [{shown}]\n"

    return head + b"".join(body), "".join(told())


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    data, text = build(Source(sys.argv[1]))
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
    with open(os.path.join(folder, "cloudformation.bin"), "wb") as file:
        file.write(data)
    with open(os.path.join(folder, "cloudformation.bin.told.sha256"), "w", encoding="utf-8") as file:
        file.write(hashlib.sha256(text.encode()).hexdigest() + "\n")
    if os.environ.get("TOLD"):
        with open(os.environ["TOLD"], "w", encoding="utf-8") as file:
            file.write(text)
    print(f"{len(data)} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
