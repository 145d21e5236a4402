#!/usr/bin/env python3
"""Writes data/kubernetes.bin: what the types of Kubernetes look like, version by version.

Needs Python's standard library and the `go` tool (to fetch the sources of k8s.io/api).

    pip download --no-deps kubernetes-validate==1.37.0
    scripts/kubernetes-schemas.py kubernetes_validate-1.37.0-py3-none-any.whl

The argument is that wheel, or the folder it was unpacked to. The same input gives the same bytes.
What is taken from where, and what is left out, is told in data/README.md.

Layout (all numbers little-endian; `u24` has three bytes; `varint` is LEB128 without sign)

    0    "PGK1"
    4    u8   minor version of the first column (1.25 is 25)
    5    u8   number of versions
    6    u16  0
    8    per section: u32 offset, u32 number of records; in this order:

    0 STRING_ENDS   u24 each: where the string ends in STRINGS; it begins where the one before ends
    1 STRINGS       bytes, UTF-8
    2 NODE_ENDS     u24 each: the same for NODES
    3 NODES         records of schemas, below
    4 PACKAGES      u16 string, u16 first definition; by name of the package (`io.k8s.api.core.v1`)
    5 DEFINITIONS   u16 string (last part of the name), u16 first of its runs; by package, then name.
                    One more record closes the last one's runs.
    6 RUNS          u8 index of the version it begins with, u16 content; NOTHING where it is not there
    7 CONTENTS      u16 node
    8 KINDS         u16 string (apiVersion), u16 string (kind), u16 definition, u16 bit set of versions;
                    by apiVersion, then kind

A node says what a value may look like. Nodes in it have smaller numbers than itself.

    u16   bits 0-3   sort of value (SORTS)
          bit 4      null will do
          bits 5-6   other fields: 0 refused, 1 kept, 2 each as the link that follows
          bits 7-8   list: 0 atomic, 1 set, 2 map
          bits 9-11  format (FORMATS)
          bit 12     has properties      bit 13  has items
          bit 14     has choices         bit 15  has a default
    then, as far as the bits say so:
          properties  varint count; each: varint string, varint link * 2 + (1 if required); by name
          each        varint link
          items       varint link
          list map    varint count; each: varint string
          choices     varint count; each: varint string
          default     u8 0 false, 1 true, 2 varint number, 3 varint string

A link is `number * 2` for a node, `number * 2 + 1` for a definition.
"""

import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import zipfile
from collections import Counter

VERSIONS = range(25, 38)
# Which release of k8s.io/api is read for each version: constants and defaults change with minors only.
SOURCES = {
    25: "v0.25.9", 26: "v0.26.9", 27: "v0.27.4", 28: "v0.28.3", 29: "v0.29.15", 30: "v0.30.14", 31: "v0.31.14",
    32: "v0.32.13", 33: "v0.33.13", 34: "v0.34.13", 35: "v0.35.10", 36: "v0.36.6", 37: "v0.37.2",
}
SORTS = ["anything", "object", "array", "string", "integer", "number", "boolean", "int-or-string", "quantity"]
FORMATS = [None, "int32", "int64", "byte", "date-time", "double"]
LISTS = ["atomic", "set", "map"]
NOTHING = 0xFFFF

# Types marked `+enum` whose values the API server was seen to insist on (pkg/apis/*/validation of
# k8s.io/kubernetes 1.36). Not here: what only a status holds, what has too many values to name
# (signals), what says that unknown values are to be borne with, and what is alpha in 1.37.
CLOSED = {
    "admissionregistration": "FailurePolicyType MatchPolicyType OperationType ParameterNotFoundActionType PatchType "
    "ReinvocationPolicyType ScopeType SideEffectClass ValidationAction",
    "apps": "DaemonSetUpdateStrategyType DeploymentStrategyType PodManagementPolicyType StatefulSetUpdateStrategyType",
    "batch": "CompletionMode ConcurrencyPolicy PodFailurePolicyAction PodFailurePolicyOnExitCodesOperator "
    "PodReplacementPolicy",
    "certificates": "KeyUsage",
    "core": "AppArmorProfileType AzureDataDiskCachingMode AzureDataDiskKind DNSPolicy HostPathType IPFamily "
    "IPFamilyPolicy MountPropagationMode NodeInclusionPolicy NodeSelectorOperator PersistentVolumeAccessMode "
    "PersistentVolumeMode PersistentVolumeReclaimPolicy PodFSGroupChangePolicy PreemptionPolicy ProcMountType Protocol "
    "PullPolicy ResourceQuotaScope RestartPolicy ScopeSelectorOperator SeccompProfileType ServiceAffinity "
    "ServiceExternalTrafficPolicy ServiceExternalTrafficPolicyType ServiceInternalTrafficPolicy "
    "ServiceInternalTrafficPolicyType ServiceType SupplementalGroupsPolicy TaintEffect TerminationMessagePolicy "
    "TolerationOperator URIScheme UnsatisfiableConstraintAction",
    "discovery": "AddressType",
    "networking": "PathType PolicyType",
    "policy": "UnhealthyPodEvictionPolicyType",
    "resource": "DeviceAllocationMode DeviceTolerationOperator",
    "storage": "VolumeBindingMode",
}
# Closed sets that are not marked `+enum`, seen in the validation code of 1.36: (definition, field) -> values.
ALSO_CLOSED = {
    ("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement", "operator"): "DoesNotExist Exists In NotIn",
    ("io.k8s.api.rbac.v1.RoleRef", "kind"): "ClusterRole Role",
    ("io.k8s.api.rbac.v1.Subject", "kind"): "Group ServiceAccount User",
    ("io.k8s.api.autoscaling.v2.MetricSpec", "type"): "ContainerResource External Object Pods Resource",
}
# `required` in OpenAPI only means that Go writes the field always. Objects without these were created by the
# code of 1.36 (registry strategies, after decoding and defaulting) ...
NOT_INSISTED = {
    "io.k8s.api.core.v1.HTTPHeader": {"value"},
    "io.k8s.api.core.v1.PreferredSchedulingTerm": {"preference"},
    "io.k8s.api.core.v1.SleepAction": {"seconds"},
    "io.k8s.api.core.v1.Sysctl": {"value"},
    "io.k8s.api.core.v1.TypedLocalObjectReference": {"kind", "name"},
    "io.k8s.api.core.v1.TypedObjectReference": {"kind", "name"},
    "io.k8s.api.core.v1.LimitRangeSpec": {"limits"},
    "io.k8s.api.apps.v1.ControllerRevision": {"revision"},
    "io.k8s.api.batch.v1.PodFailurePolicy": {"rules"},
    "io.k8s.api.storage.v1.CSIDriver": {"spec"},
    "io.k8s.api.storage.v1.TokenRequest": {"audience"},
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion": {"served"},
}
# ... and objects without these were refused, though OpenAPI does not ask for them.
INSISTED = {
    "io.k8s.api.apps.v1.DaemonSet": {"spec"},
    "io.k8s.api.apps.v1.Deployment": {"spec"},
    "io.k8s.api.apps.v1.StatefulSet": {"spec"},
    "io.k8s.api.batch.v1.CronJob": {"spec"},
    "io.k8s.api.batch.v1.Job": {"spec"},
    "io.k8s.api.core.v1.Container": {"image"},
    "io.k8s.api.core.v1.Pod": {"spec"},
}
# What the cluster writes itself: the API server drops it from what users send, unseen.
REPORTED = re.compile(r"(Status|Condition)$")
# `Name Type = "value"`, `Name Type = other.Name`, `Name = Type("value")`.
CONSTANT = r'^(?:const)?[ \t]+(\w+)[ \t]+(?:(\w+)[ \t]+)?=[ \t]*("[^"\n]*"|[\w.]+(?:\("?[^")\n]*"?\))?)[ \t]*(?://.*)?$'
# Registered in every group, and never a file.
EVERYWHERE = {"DeleteOptions", "WatchEvent"}


def definitions(source, minor):
    """The definitions of one version: name -> JSON Schema."""
    path = f"kubernetes_validate/kubernetes-json-schema/v1.{minor}.0-local-strict/_definitions.json"
    if os.path.isdir(source):
        for root in (source, os.path.dirname(os.path.abspath(source))):
            if os.path.exists(os.path.join(root, path)):
                with open(os.path.join(root, path), encoding="utf-8") as file:
                    return json.load(file)["$defs"]
        sys.exit(f"{source}: no {path}")
    with zipfile.ZipFile(source) as wheel:
        return json.loads(wheel.read(path))["$defs"]


class Go:
    """What the Go sources of one version say about fields: their choices and defaults."""

    def __init__(self, release):
        said = subprocess.run(
            ["go", "mod", "download", "-json", f"k8s.io/api@{release}"],
            check=True, capture_output=True, text=True, env={**os.environ, "GO111MODULE": "on"}, cwd="/",
        )
        self.root = json.loads(said.stdout)["Dir"]
        self.constants = {}  # (package, name) -> text of the value
        self.typed = {}  # (package, type) -> names of its constants
        self.enums = set()  # (package, type)
        self.structs = {}  # (package, struct) -> [(json name, pointers, package, type, default)]
        self.inlined = {}  # (package, struct) -> [struct]
        for group in sorted(os.listdir(self.root)):
            for version in sorted(os.listdir(os.path.join(self.root, group)) if group != "testdata" and os.path.isdir(
                    os.path.join(self.root, group)) else []):
                folder = os.path.join(self.root, group, version)
                for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
                    if name.endswith(".go") and not name.endswith("_test.go") and not name.startswith("zz_"):
                        with open(os.path.join(folder, name), encoding="utf-8") as file:
                            self.read(f"{group}/{version}", file.read())

    def read(self, package, text):
        imports = {alias or os.path.basename(path): path
                   for alias, path in re.findall(r'^(?:import)?\s*(\w+)?\s*"k8s.io/api/([\w/]+)"', text, re.M)}
        for comment, name in re.findall(r"((?:^[ \t]*//.*\n)+)\s*^type (\w+) string", text, re.M):
            if re.search(r"^\s*//\s*\+enum\s*$", comment, re.M):
                self.enums.add((package, name))
        for name, sort, value in re.findall(CONSTANT, text, re.M):
            cast = re.fullmatch(r"(\w+)\((.*)\)", value)
            if cast:
                sort, value = sort or cast[1], cast[2]
            if value.startswith('"'):
                self.constants[package, name] = json.loads(value)
            elif re.fullmatch(r"(\w+\.)?\w+", value):
                there, _, other = value.rpartition(".")
                self.constants[package, name] = (imports.get(there, package) if there else package, other)
            if sort:
                self.typed.setdefault((package, sort), []).append(name)
        for struct_name, body in re.findall(r"^type (\w+) struct \{\n(.*?)^\}", text, re.M | re.S):
            fields, default = [], None
            for line in body.split("\n"):
                marked = re.match(r"\s*//\s*\+default=(.*?)\s*$", line)
                inline = re.match(r'\s*(\w+)\s+`json:"(?:,inline)?"', line)
                field = re.match(r"\s*\w+\s+([*\[\]]*)(?:(\w+)\.)?(\w+)\s+`json:\"(\w+)", line)
                if marked:
                    default = marked[1]
                elif inline:
                    self.inlined.setdefault((package, struct_name), []).append(inline[1])
                elif field:
                    there = imports.get(field[2]) if field[2] else package
                    fields.append((field[4], field[1], there, field[3], default))
                if line.strip() and not line.strip().startswith("//"):
                    default = None
            self.structs[package, struct_name] = fields

    def value(self, package, name):
        """The text of a constant."""
        found = self.constants[package, name]
        return found if isinstance(found, str) else self.value(*found)

    def fields(self, package, struct_name):
        """The fields of a struct, with those of the structs in it."""
        yield from self.structs.get((package, struct_name), [])
        for inner in self.inlined.get((package, struct_name), []):
            yield from self.fields(package, inner)

    def facts(self):
        """(definition, field) -> (choices, default)"""
        facts = {}
        for package, struct_name in self.structs:
            definition = f"io.k8s.api.{package.replace('/', '.')}.{struct_name}"
            for field, wrapping, there, sort, default in self.fields(package, struct_name):
                choices = None
                if (there, sort) in self.enums and sort in CLOSED.get(there.split("/")[0], "").split():
                    choices = {self.value(there, name) for name in self.typed[there, sort]}
                    # Go cannot tell an empty text from an absent one here.
                    choices |= {""} if wrapping == "" else set()
                    if REPORTED.search(struct_name):
                        choices = None
                if default is not None:
                    reference = re.fullmatch(r"ref\((\w+)\)", default)
                    default = self.value(package, reference[1]) if reference else json.loads(default)
                    if not isinstance(default, (str, bool, int)):
                        default = None
                if choices or default is not None:
                    facts[definition, field] = (tuple(sorted(choices)) if choices else None, default)
        return facts


class Table:
    """Everything that goes into the file, each thing once."""

    def __init__(self):
        self.names = []  # of all definitions, sorted by package and last part
        self.numbers = {}  # name -> number
        self.facts = {}  # of the version that is being read
        self.used = set()

    def link(self, schema, owner, field=None):
        if "$ref" in schema:
            return ("definition", self.numbers[schema["$ref"].removeprefix("#/$defs/")])
        return ("node", self.node(schema, owner, field))

    def node(self, schema, owner, field=None):
        """A schema as a tuple: equal schemas are equal tuples."""
        choices, default = self.facts.get((owner, field), (None, None)) if field else (None, None)
        if field and (choices or default is not None):
            self.used.add((owner, field))
        if owner.endswith(".Quantity") or owner.endswith(".IntOrString"):
            return ("quantity" if owner.endswith(".Quantity") else "int-or-string", True, (), "refused", None, "atomic", (), None, None, None)
        said = schema.get("type", [])
        said = [said] if isinstance(said, str) else said
        sort = next((one for one in said if one != "null"), "anything")
        nullable = "null" in said or not said
        properties = ()
        others = "refused"
        items = None
        kind, keys = "atomic", ()
        extra = schema.get("additionalProperties")
        if sort == "anything" or (sort == "object" and extra is None and "properties" not in schema):
            others = "kept"
        elif isinstance(extra, dict):
            others = self.link(extra, owner)
        elif sort == "object" and extra is not False:
            sys.exit(f"{owner}: what about other fields?")
        if sort == "object":
            fields = dict(schema.get("properties", {}))
            required = set(schema.get("required", []))
            assert required <= set(fields), owner
            for name in NOT_INSISTED.get(owner, set()) & required:
                required.remove(name)
                if isinstance(fields[name].get("type"), str):
                    fields[name] = fields[name] | {"type": [fields[name]["type"], "null"]}
            required |= INSISTED.get(owner, set()) & set(fields)
            properties = tuple(
                (name, self.link(value, owner, name), name in required) for name, value in sorted(fields.items()))
        if sort == "array":
            # Choices of a list are those of its items.
            items = self.link(schema["items"], owner, None)
            if choices:
                assert items[0] == "node" and items[1][0] == "string", (owner, field)
                items = ("node", items[1][:8] + (choices, None))
                choices = None
            kind = schema.get("x-kubernetes-list-type", "atomic")
            keys = tuple(schema.get("x-kubernetes-list-map-keys", ())) if kind == "map" else ()
            assert kind != "map" or keys, (owner, field)
        if choices:
            assert sort == "string", (owner, field)
        if default is not None:
            assert {"string": str, "integer": int, "boolean": bool}.get(sort) is type(default), (owner, field, default)
        return (sort, nullable, properties, others, items, kind, keys, schema.get("format"), choices, default)


def inner(node):
    """The nodes in a node."""
    links = [link for _, link, _ in node[2]] + [node[4]] + ([node[3]] if isinstance(node[3], tuple) else [])
    return [link[1] for link in links if link and link[0] == "node"]


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def ordered(counts):
    """Most frequent first: they get the short numbers."""
    return sorted(counts, key=lambda one: (-counts[one], one))


def split(name):
    package, _, last = name.rpartition(".")
    return package, last


def build(source):
    table = Table()
    versions = {minor: definitions(source, minor) for minor in VERSIONS}
    table.names = sorted({name for one in versions.values() for name in one}, key=split)
    table.numbers = {name: number for number, name in enumerate(table.names)}

    contents = {}  # (minor, name) -> node
    kinds = {}  # (apiVersion, kind) -> [definition, bits]
    for column, minor in enumerate(VERSIONS):
        table.facts = Go(SOURCES[minor]).facts()
        for place, values in ALSO_CLOSED.items():
            assert place not in table.facts, place
            table.facts[place] = (tuple(values.split()), None)
        table.used = set()
        for name, schema in versions[minor].items():
            # These say which object it is, which is known by then; where an object is only a part of
            # another (volumeClaimTemplates) the API server does not look at them.
            for field in ("apiVersion", "kind"):
                schema.get("properties", {}).get(field, {}).pop("enum", None)
            assert "enum" not in json.dumps([list(value) for value in schema.get("properties", {}).values()]), name
            contents[minor, name] = table.node(schema, name)
            for one in schema.get("x-kubernetes-group-version-kind", []):
                if one["kind"] in EVERYWHERE:
                    continue
                version = f"{one['group']}/{one['version']}" if one["group"] else one["version"]
                entry = kinds.setdefault((version, one["kind"]), [table.numbers[name], 0])
                assert entry[0] == table.numbers[name], one
                entry[1] |= 1 << column
        print(f"1.{minor}: {len(versions[minor])} definitions, {len(table.used)} fields with choices or a default", file=sys.stderr)

    # Nodes: those without nodes in them first.
    counts, heights = Counter(), {}

    def visit(node):
        counts[node] += 1
        if node not in heights:
            heights[node] = 1 + max((visit(one) for one in inner(node)), default=0)
        return heights[node]

    for node in set(contents.values()):
        visit(node)
    nodes = sorted(counts, key=lambda one: (heights[one], -counts[one], repr(one)))
    node_numbers = {node: number for number, node in enumerate(nodes)}

    strings = Counter()
    for node in nodes:
        strings.update(name for name, _, _ in node[2])
        strings.update(node[6])
        strings.update(node[8] or ())
        strings.update([node[9]] if isinstance(node[9], str) else [])
    strings.update(part for name in table.names for part in split(name))
    strings.update(part for pair in kinds for part in pair)
    string_list = ordered(strings)
    string_numbers = {text: number for number, text in enumerate(string_list)}

    def link(one):
        return node_numbers[one[1]] * 2 if one[0] == "node" else one[1] * 2 + 1

    def record(node):
        sort, nullable, properties, others, items, kind, keys, notation, choices, default = node
        head = SORTS.index(sort) | nullable << 4 | {"refused": 0, "kept": 1}.get(others, 2) << 5
        head |= LISTS.index(kind) << 7 | FORMATS.index(notation) << 9
        head |= bool(properties) << 12 | (items is not None) << 13 | bool(choices) << 14 | (default is not None) << 15
        out = [struct.pack("<H", head)]
        if properties:
            out.append(varint(len(properties)))
            for name, target, required in properties:
                out += [varint(string_numbers[name]), varint(link(target) * 2 + required)]
        if isinstance(others, tuple):
            out.append(varint(link(others)))
        if items is not None:
            out.append(varint(link(items)))
        for texts, there in ((keys, kind == "map"), (choices or (), bool(choices))):
            if there:
                out.append(varint(len(texts)))
                out += [varint(string_numbers[text]) for text in texts]
        if isinstance(default, bool):
            out.append(bytes([default]))
        elif isinstance(default, int):
            out.append(b"\2" + varint(default))
        elif isinstance(default, str):
            out.append(b"\3" + varint(string_numbers[default]))
        return b"".join(out)

    def ends(parts):
        at, out = 0, []
        for part in parts:
            at += len(part)
            out.append(struct.pack("<I", at)[:3])
        return out

    blobs = [text.encode() for text in string_list]
    records = [record(node) for node in nodes]
    packages, rows, runs, content_numbers = [], [], [], {}
    for number, name in enumerate(table.names):
        package, last = split(name)
        if number == 0 or split(table.names[number - 1])[0] != package:
            packages.append(struct.pack("<HH", string_numbers[package], number))
        rows.append(struct.pack("<HH", string_numbers[last], len(runs)))
        before = NOTHING
        for column, minor in enumerate(VERSIONS):
            node = contents.get((minor, name))
            content = NOTHING if node is None else content_numbers.setdefault(node, len(content_numbers))
            if content != before:
                runs.append(struct.pack("<BH", column, content))
                before = content
    rows.append(struct.pack("<HH", 0, len(runs)))
    sections = [
        ends(blobs), blobs, ends(records), records, packages, rows, runs,
        [struct.pack("<H", node_numbers[node]) for node in content_numbers],
        [struct.pack("<HHHH", string_numbers[version], string_numbers[kind], *kinds[version, kind])
         for version, kind in sorted(kinds)],
    ]
    head = struct.pack("<4sBBH", b"PGK1", VERSIONS[0], len(VERSIONS), 0)
    at = len(head) + 8 * len(sections)
    body = []
    for number, section in enumerate(sections):
        data = b"".join(section)
        head += struct.pack("<II", at, len(data) if number in (1, 3) else len(section))
        at += len(data)
        body.append(data)
    for number, data in enumerate(body):
        print(f"section {number}: {len(data)} bytes, {len(sections[number])} records", file=sys.stderr)
    assert max(len(string_list), len(nodes), len(content_numbers), len(runs)) < NOTHING and len(VERSIONS) <= 16
    return head + b"".join(body), table, contents, kinds


def told(table, contents, kinds):
    """Everything in plain text, a line a definition and version, for the reader to be compared with."""
    def link(one):
        return f"#{one[1]}" if one[0] == "definition" else node(one[1])

    def node(one):
        sort, nullable, properties, others, items, kind, keys, notation, choices, default = one
        out = [sort + ("?" if nullable else "")]
        out += [f".{name}{'!' if required else ''}={link(target)}" for name, target, required in properties]
        out += [others if isinstance(others, str) else f"each={link(others)}"]
        out += [f"items={link(items)}"] if items else []
        out += [kind + "".join(f" {key}" for key in keys)] if sort == "array" else []
        out += [f"choices={json.dumps(list(choices), separators=(',', ':'))}"] if choices else []
        out += [f"format={notation}"] if notation else []
        out += [f"default={json.dumps(default)}"] if default is not None else []
        return "(" + " ".join(out) + ")"

    for minor in VERSIONS:
        for number, name in enumerate(table.names):
            if (minor, name) in contents:
                yield f"1.{minor} {number} {name} {node(contents[minor, name])}\n"
        for (version, kind), (number, bits) in sorted(kinds.items()):
            if bits >> (minor - VERSIONS[0]) & 1:
                yield f"1.{minor} {version} {kind} {number}\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    data, table, contents, kinds = build(sys.argv[1])
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
    with open(os.path.join(folder, "kubernetes.bin"), "wb") as file:
        file.write(data)
    text = "".join(told(table, contents, kinds)).encode()
    with open(os.path.join(folder, "kubernetes.bin.told.sha256"), "w", encoding="utf-8") as file:
        file.write(hashlib.sha256(text).hexdigest() + "\n")
    if os.environ.get("TOLD"):
        with open(os.environ["TOLD"], "wb") as file:
            file.write(text)
    print(f"{len(data)} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
