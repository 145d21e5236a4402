#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::{CustomResource, read};
use crate::kubernetes::{
    schema::Others,
    validate::testing::{read as parse, root, wrong, wrong_in},
};

const GOOD: &str = r"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            apiVersion: {type: string}
            kind: {type: string}
            metadata: {type: object, properties: {name: {type: string, maxLength: 5}}}
            spec:
              type: object
              required: [size, mode, name]
              x-kubernetes-validations: [{rule: 'true'}, {rule: 'true'}]
              properties:
                name: {type: string, pattern: '^[a-z]+$', minLength: 2, maxLength: 5}
                size: {type: integer, format: int32, minimum: 1, maximum: 9, exclusiveMaximum: true}
                step: {type: number, multipleOf: 0.1}
                mode: {type: string, enum: [fast, slow], default: slow}
                port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
                free: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {known: {type: boolean}}}
                any: {description: anything}
                maybe: {type: string, nullable: true}
                tags: {type: array, maxItems: 3, items: {type: string}, x-kubernetes-list-type: set}
                rows:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [id, zone]
                  items: {type: object, required: [id], properties: {id: {type: string}, zone: {type: string, default: a}}}
                map: {type: object, minProperties: 1, additionalProperties: {type: integer}}
                source:
                  type: object
                  properties: {git: {type: string}, oci: {type: string}, kind: {type: string, default: x}}
                  oneOf: [{required: [git]}, {required: [oci]}]
                either:
                  type: object
                  properties: {a: {type: string}, b: {type: string}}
                  anyOf: [{required: [a]}, {required: [b]}]
                  not: {required: [a, b]}
                object: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
            status: {type: object}
";

fn widget() -> CustomResource {
    let parsed = parse(GOOD);
    let mut all = read(root(&parsed)).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[test]
fn a_definition_is_read() {
    let widget = widget();
    let CustomResource { group, kind, version, served, namespaced, rules, .. } = &widget;
    assert_eq!((group.as_str(), kind.as_str(), version.as_str()), ("example.org", "Widget", "v1"));
    assert!(*served && *namespaced);
    assert_eq!(*rules, 2);
    assert!(widget.schema.embedded);
}

#[test]
fn objects_are_held_against_it() {
    let widget = widget();
    let cases = [
        ("", ""),
        ("step: 0.3", ""),
        ("port: 50%", ""),
        ("free: {known: true, other: [1]}", ""),
        ("any: [1, {a: b}]", ""),
        ("maybe: ~", ""),
        ("tags: ~", ""),
        ("source: {git: x, oci: ~}", ""),
        ("either: {a: x}", ""),
        ("object: {apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {}}", ""),
        ("rows: [{id: a}, {id: a, zone: b}]", ""),
        (
            "free: {known: 1}",
            "/spec/free/known: `known` must be `true` or `false`, found the number `1` (write `true`)",
        ),
        ("step: 0.35", "/spec/step: `step` must be a multiple of 0.1, found `0.35`"),
        (
            "tags: [a, a]",
            "/spec/tags/1: `tags` holds the same item twice: `a` [/spec/tags/0 first here] (remove one of the two)",
        ),
        ("tags: [a, b, c, d]", "/spec/tags: `tags` must have at most 3 items, found 4"),
        (
            "tags: [~]",
            "/spec/tags/0: `tags[0]` must be a string, found nothing (YAML reads `~` as nothing; if the word is meant, put it in quotes: \"~\")",
        ),
        (
            "rows: [{id: a}, {id: a, zone: a}]",
            "/spec/rows/1: two items of `rows` have the same `id` and `zone`: `a`, `a` [/spec/rows/0 first here] (remove one of the two, or give them different keys: server-side apply refuses it)",
        ),
        ("map: {}", "/spec/map: `map` must have at least 1 field, found 0"),
        ("map: {a: x}", "/spec/map/a: `a` must be a whole number, found the string \"x\""),
        (
            "source: {}",
            "/spec/source: `source` fits none of the forms that it may have (just one of `git`, `oci` has to be there)",
        ),
        (
            "source: {git: a, oci: b}",
            "/spec/source: `source` fits more than one of the forms that it may have (just one of `git`, `oci` has to be there)",
        ),
        (
            "either: {}",
            "/spec/either: `either` fits none of the forms that it may have (at least one of `a`, `b` has to be there)",
        ),
        (
            "either: {a: x, b: z}",
            "/spec/either: `either` is what its schema rules out (`a` with `b` must not be there)",
        ),
        (
            "object: {kind: Pod}",
            "/spec/object: required field `apiVersion` is missing in `object` (add `apiVersion`, a string)",
        ),
        (
            "object: {apiVersion: v1, kind: Pod, metadata: {labels: {a: 1}}}",
            "/spec/object/metadata/labels/a: `a` must be a string, found the number `1` (put it in quotes: \"1\")",
        ),
        (
            "mode: fst",
            "/spec/mode: `mode` must be one of `fast`, `slow`, found the string \"fst\" (did you mean `fast`?)",
        ),
        ("sources: {}", "/spec/sources: unknown field `sources` in `spec` (did you mean `source`?)"),
    ];
    for (fields, expected) in cases {
        let text = format!(
            "apiVersion: example.org/v1\nkind: Widget\nmetadata: {{name: a}}\nspec:\n  size: 1\n  name: abc\n  {fields}\n"
        );
        assert_eq!(wrong(&widget.schema, &text).join("\n"), expected, "{fields}");
    }
    let said = wrong(&widget.schema, "metadata: {name: toolong, foo: 1}\nspec: {size: 9, name: A, mode: ~}");
    insta::assert_snapshot!(said.join("\n"), @r#"
    /metadata/name: `name` must have at most 5 characters, found 7
    /metadata/foo: unknown field `foo` in `metadata` (take it away; known fields: `annotations`, `creationTimestamp`, `finalizers`, `generateName`, `labels`, `name`, `namespace`)
    /spec/size: `size` must be less than 9, found `9`
    /spec/name: `name` must have at least 2 characters, found 1
    /spec/name: `name` does not have the form that its schema asks for, found "A" (it has to match the regular expression `^[a-z]+$`)
    "#);
    let said = wrong(&widget.schema, "metadata: {name: a}\nspec: {size: ~}");
    assert_eq!(said.len(), 2, "a required null is refused, a missing name, not a mode: {said:?}");
    let partial = wrong_in(&widget.schema, "spec: {source: {}, either: {}, map: {}}", |context| context.partial = true);
    assert_eq!(partial, [""; 0]);
}

#[test]
fn defaults_are_filled_in_before_alternatives() {
    let text = GOOD.replace(
        "oneOf: [{required: [git]}, {required: [oci]}]",
        "oneOf: [{required: [kind, git]}, {properties: {kind: {enum: [v]}}}]",
    );
    let widget = read(root(&parse(&text))).unwrap().remove(0);
    let said = |source: &str| wrong(&widget.schema, &format!("spec: {{size: 1, name: ab, source: {source}}}"));
    assert_eq!(said("{git: a}"), [""; 0], "the default of `kind` does not fit the second");
    assert_eq!(said("{kind: v}"), [""; 0]);
    assert_eq!(said("{}").len(), 1);
    assert_eq!(said("{git: a, kind: v}").len(), 1);
}

#[test]
fn definitions_that_say_nothing_are_told() {
    let reason = |text: &str| {
        let unreadable = read(root(&parse(text))).unwrap_err();
        format!("{}: {unreadable}", unreadable.route)
    };
    assert_eq!(reason("a"), ": there is no `spec`");
    assert_eq!(reason("spec: {group: a}"), "/spec: the kind is not known");
    assert_eq!(reason("spec: {group: a, names: {kind: B}}"), "/spec: the version is not known");
    assert_eq!(
        reason("spec: {group: a, names: {kind: B}, versions: [1]}"),
        "/spec/versions/0: the version has no name"
    );
    let text = GOOD.replace("any: {description: anything}", "any: 1");
    assert_eq!(
        reason(&text),
        "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/any: a schema must be a mapping"
    );
    let deep = format!("{}x: 1{}", "{type: object, properties: {a: ".repeat(100), "}}".repeat(100));
    let text = GOOD.replace("any: {description: anything}", &format!("any: {}", deep.replace("x: 1", "{}")));
    assert!(read(root(&parse(&text))).is_ok());
    let deep = format!("{}{{}}{}", "{items: ".repeat(300), "}".repeat(300));
    assert!(
        reason(&GOOD.replace("any: {description: anything}", &format!("any: {deep}"))).ends_with("nested too deeply")
    );
}

#[test]
fn older_definitions_keep_unknown_fields() {
    let text = "apiVersion: apiextensions.k8s.io/v1beta1
spec:
  group: a.b
  version: v1
  scope: Cluster
  names: {kind: B}
  validation: {openAPIV3Schema: {properties: {spec: {type: object, properties: {a: {type: string}}}}}}
";
    let resource = read(root(&parse(text))).unwrap().remove(0);
    assert!(!resource.namespaced);
    assert_eq!(resource.schema.others, Others::Kept);
    assert_eq!(wrong(&resource.schema, "spec: {b: 1}\nfoo: 1"), [""; 0]);
    assert_eq!(wrong(&resource.schema, "spec: {a: 1}").len(), 1);
    let bare = "spec: {group: a, names: {kind: B}, versions: [{name: v1, served: false}]}";
    let resource = read(root(&parse(bare))).unwrap().remove(0);
    assert!(!resource.served);
    assert_eq!(wrong(&resource.schema, "spec: {b: 1}"), [""; 0]);
}

#[test]
fn alternatives_do_not_blow_up() {
    // Each level tries the one below twice over three times.
    let mut schema = "{required: [x]}".to_owned();
    for _ in 0..12 {
        schema = format!("{{anyOf: [{schema}, {schema}]}}");
    }
    let text = GOOD.replace("any: {description: anything}", &format!("any: {{type: array, items: {schema}}}"));
    let widget = read(root(&parse(&text))).unwrap().remove(0);
    let items = vec!["{}"; 2000].join(", ");
    let text = format!("spec: {{size: 1, name: ab, any: [{items}]}}");
    let start = std::time::Instant::now();
    let said = wrong(&widget.schema, &text);
    assert!(!said.is_empty() && start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
