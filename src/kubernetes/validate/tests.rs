use std::fmt::Write as _;

use super::testing::{ENDLESS, deployment, known, list, object, of, read, root, secret, string, told, wrong, wrong_in};
use super::{Context, MOST, ambiguous, validate};
use crate::{
    document::{Entry, Node, Number, Source, Span, Value},
    kubernetes::schema::{Accepts, Format, Link, ListKind, Schema},
};

/// A `Deployment` of 45 lines with nothing wrong.
const GOOD: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels:
    app.kubernetes.io/name: web
    app.kubernetes.io/part-of: shop
  annotations:
    example.org/owner: team-a
spec:
  replicas: 3
  revisionHistoryLimit: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: web
  template:
    metadata:
      labels:
        app.kubernetes.io/name: web
    spec:
      containers:
        - name: web
          image: registry.example.org/web:1.2.3
          imagePullPolicy: IfNotPresent
          args:
            - --port
            - \"8080\"
          env:
            - name: LEVEL
              value: info
            - name: WORKERS
              value: \"4\"
          ports:
            - name: http
              containerPort: 8080
          livenessProbe:
            periodSeconds: 10
            port: http
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {cpu: 1, memory: 1Gi}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir: {}
";

#[test]
fn a_good_object_is_good() {
    assert!(wrong(&deployment(), GOOD).is_empty(), "{:?}", wrong(&deployment(), GOOD));
}

#[test]
fn the_classic_faults_are_told() {
    let text = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {version: 1}
spec:
  replicas: \"3\"
  selectors: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          imagePullpolicy: Always
          ports:
            - containerPort: \"80\"
";
    insta::assert_snapshot!(wrong(&deployment(), text).join("\n"), @r#"
    /metadata/labels/version: `version` must be a string, found the number `1` (put it in quotes: "1")
    /spec/replicas: `replicas` must be a whole number, found the string "3" (remove the quotes)
    /spec/selectors: unknown field `selectors` in `spec` (did you mean `selector`?)
    /spec/template/spec/containers/0/imagePullpolicy: unknown field `imagePullpolicy` in `containers[0]` (did you mean `imagePullPolicy`?)
    /spec/template/spec/containers/0/ports/0/containerPort: `containerPort` must be a whole number, found the string "80" (remove the quotes)
    "#);
}

#[test]
fn fields_in_the_wrong_place_are_led_home() {
    let unknown = |text: &str| wrong(&deployment(), text);
    let text = "metadata: {replicas: 3}\nspec: {selector: {}, template: {containers: []}, labels: {}}";
    insta::assert_snapshot!(unknown(text).join("\n"), @r"
    /metadata/replicas: unknown field `replicas` in `metadata` (`replicas` belongs in `spec`)
    /spec/template/containers: unknown field `containers` in `template` (`containers` belongs in `spec.template.spec`)
    /spec/labels: unknown field `labels` in `spec` (`labels` belongs in `metadata`)
    ");
    let text =
        "spec: {selector: {}, template: {spec: {containers: [{name: a, ports: [{containerPort: 1, env: []}]}]}}}";
    insta::assert_snapshot!(unknown(text).join("\n"), @r"/spec/template/spec/containers/0/ports/0/env: unknown field `env` in `ports[0]` (`env` belongs in `spec.template.spec.containers[0]`)");
    insta::assert_snapshot!(unknown("bogus: 1").join("\n"), @r"/bogus: unknown field `bogus` in the document (take it away; known fields: `apiVersion`, `kind`, `metadata`, `spec`, `status`)");
}

/// What is wrong with the fields of one container.
#[track_caller]
fn container(fields: &str) -> Vec<String> {
    let fields = fields.replace('\n', "\n  ");
    wrong(
        &object(&[], vec![("c", Link::Definition(super::testing::CONTAINER))]),
        &format!("c:\n  name: a\n  {fields}\n"),
    )
}

#[test]
fn what_yaml_made_of_a_string_is_explained() {
    let cases = [
        (
            "image: on",
            "/c/image: `image` must be a string, found the boolean `true` (YAML reads `on` as true here; put it in quotes: \"on\")",
        ),
        ("image: true", "/c/image: `image` must be a string, found the boolean `true` (put it in quotes: \"true\")"),
        (
            "image: 0777",
            "/c/image: `image` must be a string, found the number `511` (YAML reads `0777` as 511 here; put it in quotes: \"0777\")",
        ),
        (
            "image: 1e3",
            "/c/image: `image` must be a string, found the number `1000` (YAML reads `1e3` as 1000 here; put it in quotes: \"1e3\")",
        ),
        (
            "image: 1_000",
            "/c/image: `image` must be a string, found the number `1000` (YAML reads `1_000` as 1000 here; put it in quotes: \"1_000\")",
        ),
        ("image: !!int 3", "/c/image: `image` must be a string, found the number `3` (put it in quotes)"),
        ("image: {a: 1}", "/c/image: `image` must be a string, found a mapping"),
        ("args: [~]", ""),
        ("tty: \"true\"", "/c/tty: `tty` must be `true` or `false`, found the string \"true\" (remove the quotes)"),
        (
            "tty: \"yes\"",
            "/c/tty: `tty` must be `true` or `false`, found the string \"yes\" (write `true`, without quotes)",
        ),
        ("tty: yes", ""),
        (
            "command: /bin/sh",
            "/c/command: `command` must be a list, found the string \"/bin/sh\" (write it as a list: [\"/bin/sh\"])",
        ),
        ("args: {a: b}", "/c/args: `args` must be a list, found a mapping (begin each item with `- `)"),
        ("args: [a, 1]", "/c/args/1: `args[1]` must be a string, found the number `1` (put it in quotes: \"1\")"),
        (
            "resources: []",
            "/c/resources: `resources` must be a mapping, found a list (write `key: value` without the `- `)",
        ),
        ("resources:", ""),
        (
            "livenessProbe: {periodSeconds: 1.5}",
            "/c/livenessProbe/periodSeconds: `periodSeconds` must be a whole number, found the number `1.5` (write a number without decimals)",
        ),
        ("livenessProbe: {periodSeconds: 1.0}", ""),
        (
            "livenessProbe: {periodSeconds: 3000000000}",
            "/c/livenessProbe/periodSeconds: `periodSeconds` must be a number of 32 bits, found `3000000000` (write a number from -2147483648 to 2147483647)",
        ),
        ("livenessProbe: {port: 50%}", ""),
        (
            "livenessProbe: {port: yes}",
            "/c/livenessProbe/port: `port` must be a whole number or a string, found the boolean `true`",
        ),
        (
            "imagePullPolicy: always",
            "/c/imagePullPolicy: `imagePullPolicy` must be one of `Always`, `IfNotPresent`, `Never`, found the string \"always\" (did you mean `Always`?)",
        ),
        ("imagePullPolicy: \"\"", ""),
        (
            "resources: {limits: {memory: 512mb}}",
            "/c/resources/limits/memory: `memory` must be a quantity, found the string \"512mb\" (write `512Mi` (steps of 1,024) or `512M` (steps of 1,000))",
        ),
        (
            "resources: {limits: {cpu: true}}",
            "/c/resources/limits/cpu: `cpu` must be a quantity such as `500m` or `1Gi`, found the boolean `true`",
        ),
        ("resources: {limits: {cpu: 0.5}}", ""),
    ];
    for (fields, expected) in cases {
        assert_eq!(container(fields).join("\n"), expected, "{fields}");
    }
}

#[test]
fn what_is_filled_in_later_is_good() {
    let good = "tty: ${TTY}\nimagePullPolicy: \"${POLICY:=Always}\"\nargs: ${ARGS}\nlivenessProbe: {periodSeconds: '${A}'}\nresources: {limits: {memory: \"${A}Gi\", cpu: 'ENC[AES256_GCM,data:x,type:str]'}}";
    assert_eq!(container(good), [""; 0]);
    assert_eq!(container("args: '${ARGS}'").len(), 1, "a quoted one stays a string");
    assert_eq!(container("tty: \"{{ tty }}\"").len(), 1);
    let schema = object(&[], vec![("c", Link::Definition(super::testing::CONTAINER))]);
    let said = wrong_in(&schema, "c: {name: a, tty: \"{{ tty }}\"}", |context| context.templated = true);
    assert_eq!(said, [""; 0]);
}

#[test]
fn a_patch_need_not_be_whole() {
    let text = "spec: {template: {spec: {$patch: replace, containers: [{image: a, env: [{name: A, $patch: delete}, {name: A}]}]}}, replicas: null}";
    assert_eq!(wrong_in(&deployment(), text, |context| context.partial = true), [""; 0]);
    assert_eq!(wrong(&deployment(), text).len(), 4, "{:?}", wrong(&deployment(), text));
    assert_eq!(wrong_in(&deployment(), "spec: {repliccas: 1}", |context| context.partial = true).len(), 1);
}

#[test]
fn items_that_are_the_same_are_told() {
    let cases = [
        (
            "env: [{name: A}, {name: B}, {name: A}]",
            "/c/env/2/name: two items of `env` have the same `name`: `A` [/c/env/0/name first here] (remove one of the two, or give them different keys: server-side apply refuses it)",
        ),
        (
            "ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}, {containerPort: 80, protocol: TCP}]",
            "/c/ports/2: two items of `ports` have the same `containerPort` and `protocol`: `80`, `TCP` [/c/ports/0 first here] (remove one of the two, or give them different keys: server-side apply refuses it)",
        ),
        ("env: [{name: '${A}'}, {name: '${A}'}]", ""),
    ];
    for (fields, expected) in cases {
        assert_eq!(container(fields).join("\n"), expected, "{fields}");
    }
    let set = wrong(&deployment(), "metadata: {finalizers: [a, b, a]}");
    assert_eq!(
        set,
        [
            "/metadata/finalizers/2: `finalizers` holds the same item twice: `a` [/metadata/finalizers/0 first here] (remove one of the two)"
        ]
    );
    let keyless = list(Link::Inline(Box::new(object(&[], vec![("k", string())]))), ListKind::Map(vec!["k".into()]));
    assert_eq!(wrong(&keyless, "[{}, {}]"), [""; 0], "without key or default nothing is compared");
}

#[test]
fn secrets_are_never_printed() {
    let text = "data: {a: hunter2, b: true}\nstringData: {c: 4711}\nimmutable: topsecret\nmetadata: {creationTimestamp: hidden}";
    let said = wrong_in(&secret(), text, |context| context.secret = true).join("\n");
    for value in ["hunter2", "4711", "topsecret", "hidden"] {
        assert!(!said.contains(value), "{said}");
    }
    insta::assert_snapshot!(said, @r"
    /data/a: `a` must be base64, found something else (encode it (`base64 -w0`), or write it as plain text under `stringData`)
    /data/b: `b` must be a string, found a boolean (put it in quotes)
    /stringData/c: `c` must be a string, found a number (put it in quotes)
    /immutable: `immutable` must be `true` or `false`, found a string
    /metadata/creationTimestamp: `creationTimestamp` must be a date and time (RFC 3339), found something else (write it as `2006-01-02T15:04:05Z`)
    ");
}

#[test]
fn encrypted_documents_are_good() {
    let text = "data: {a: 'ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]'}\nsops: {mac: x, version: 3.9.0}";
    assert_eq!(wrong(&secret(), text), [""; 0]);
    assert_eq!(wrong(&secret(), "sops: {}").len(), 1);
}

#[test]
fn strings_that_others_misread_are_told() {
    let look = |text: &str| {
        let parsed = read(text);
        let known = known();
        let context = Context {
            definitions: &known,
            source: &parsed.source,
            partial: false,
            metadata: None,
            secret: false,
            templated: false,
        };
        told(ambiguous(&deployment(), root(&parsed), &context))
    };
    let text =
        "metadata: {annotations: {a: 1:30, b: \"1:30\", c: 2024-01-01, d: x}, creationTimestamp: 2024-01-01T00:00:00Z}";
    insta::assert_snapshot!(look(text).join("\n"), @r#"
    /metadata/annotations/a: the string `1:30` of `a` is a number to the base 60 to other readers of YAML (put it in quotes: "1:30")
    /metadata/annotations/c: the string `2024-01-01` of `c` is a date to other readers of YAML (put it in quotes: "2024-01-01")
    "#);
    assert_eq!(look("{\"metadata\": {\"annotations\": {\"a\": \"1:30\"}}}"), [""; 0]);
}

#[test]
fn violations_are_bounded() {
    let mut text = "metadata:\n  labels:\n".to_owned();
    for index in 0..1000 {
        writeln!(text, "    l{index}: 1").unwrap();
    }
    assert_eq!(wrong(&deployment(), &text).len(), MOST);
}

#[test]
fn int64_is_a_range() {
    let schema = Schema { format: Some(Format::Int64), ..of(Accepts::Integer) };
    for good in ["9223372036854775807", "-9223372036854775808", "1e18"] {
        assert_eq!(wrong(&schema, good), [""; 0], "{good}");
    }
    for bad in ["9223372036854775808", "99999999999999999999", "1e19"] {
        assert_eq!(wrong(&schema, bad).len(), 1, "{bad}");
    }
}

#[test]
fn deep_values_do_not_exhaust_the_stack() {
    let known = known();
    let source = Source::default();
    let context = Context {
        definitions: &known,
        source: &source,
        partial: false,
        metadata: None,
        secret: false,
        templated: false,
    };
    let mut node = Node { value: Value::Mapping(vec![]), span: Span::default() };
    for level in 0..1000 {
        let key = if level % 2 == 0 { "next" } else { "all" };
        let value =
            if level % 2 == 0 { node } else { Node { value: Value::Sequence(vec![node]), span: Span::default() } };
        let entry = Entry { key: key.to_owned(), key_span: Span::default(), value };
        node = Node { value: Value::Mapping(vec![entry]), span: Span::default() };
    }
    let schema = &known.0[usize::from(ENDLESS)];
    assert_eq!(validate(schema, &node, &context), []);
    assert_eq!(ambiguous(schema, &node, &context), []);
}

/// Numbers without a pattern, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn any(dice: &mut Dice, depth: u64) -> Node {
    const KEYS: &[&str] = &[
        "metadata",
        "spec",
        "template",
        "containers",
        "name",
        "labels",
        "ports",
        "selector",
        "matchLabels",
        "env",
        "é",
        "data",
        "",
        "limits",
        "resources",
        "volumes",
        "volumeMounts",
        "annotations",
    ];
    const TEXTS: &[&str] =
        &["", "a", "${A}", "{{", "1Gi", "ü", "\u{1b}", "80", "Always", "-", "a=b", "\u{0}", "1.e", "e5"];
    let value = match dice.roll(if depth == 0 { 5 } else { 9 }) {
        0 => Value::Null,
        1 => Value::Bool(dice.roll(2) == 0),
        2 => Value::Number(Number::Int(dice.roll(100_000).cast_signed() - 5)),
        3 => Value::Number(Number::Float(1e300)),
        4 => Value::String(TEXTS[usize::try_from(dice.roll(TEXTS.len() as u64)).unwrap()].to_owned()),
        5 | 6 => Value::Sequence((0..dice.roll(4)).map(|_| any(dice, depth - 1)).collect()),
        _ => {
            let mut entries: Vec<Entry> = Vec::new();
            for _ in 0..dice.roll(7) {
                let key = KEYS[usize::try_from(dice.roll(KEYS.len() as u64)).unwrap()].to_owned();
                if entries.iter().all(|entry| entry.key != key) {
                    entries.push(Entry { key, key_span: Span::default(), value: any(dice, depth - 1) });
                }
            }
            Value::Mapping(entries)
        }
    };
    Node { value, span: Span::new(0, usize::try_from(dice.roll(30)).unwrap()) }
}

#[test]
fn no_value_makes_it_panic() {
    let known = known();
    let source = Source::new("a plain text, ü 'quoted' \"more\"".to_owned());
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let schemas = [deployment(), secret()];
    let mut told = 0;
    for round in 0_u32..3000 {
        let node = any(&mut dice, 8);
        let context = Context {
            definitions: &known,
            source: &source,
            partial: round % 3 == 0,
            metadata: Some(&known.0[0]),
            secret: round % 2 == 0,
            templated: round % 5 == 0,
        };
        for schema in &schemas {
            told += validate(schema, &node, &context).len() + ambiguous(schema, &node, &context).len();
        }
        for (group, kind) in [
            ("apps/v1", "Deployment"),
            ("v1", "Pod"),
            ("v1", "Service"),
            ("v1", "Secret"),
            ("batch/v1", "CronJob"),
            ("x/v1", "Y"),
        ] {
            told += crate::kubernetes::meaning::check(group, kind, &node, &context).len();
        }
        // A schema may be as strange as a value.
        if let Ok(resources) = crate::kubernetes::crd::read(&node) {
            told += resources.len();
        }
    }
    assert!(told > 1000, "{told}");
}

#[test]
#[ignore = "a measurement"]
fn time_of_a_deployment() {
    let parsed = read(GOOD);
    let known = known();
    let schema = deployment();
    let context = Context {
        definitions: &known,
        source: &parsed.source,
        partial: false,
        metadata: None,
        secret: false,
        templated: false,
    };
    let rounds = 20_000_u32;
    let time = |what: &str, work: &dyn Fn() -> usize| {
        let start = std::time::Instant::now();
        let found: usize = (0..rounds).map(|_| work()).sum();
        println!("{what}: {:?} each, {found}", start.elapsed() / rounds);
    };
    time("validate", &|| validate(&schema, root(&parsed), &context).len());
    time("ambiguous", &|| ambiguous(&schema, root(&parsed), &context).len());
    time("meaning", &|| crate::kubernetes::meaning::check("apps/v1", "Deployment", root(&parsed), &context).len());
}
