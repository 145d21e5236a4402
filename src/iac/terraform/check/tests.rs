#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::iac::terraform::testing::{Files, json, parsed, told};

/// What is wrong with one file of a repository, and what is doubtful.
fn both(files: &[(&str, &str)], path: &str) -> (Vec<String>, Vec<String>) {
    let tree = Files::new(files);
    let (folder, _) = split(path);
    let module = Module::read(&tree, folder, &|_, bytes| parsed(bytes)).unwrap();
    let root = json(&tree.0[path]);
    let said = check(path, &root, &module);
    for violation in said.wrong.iter().chain(&said.doubtful) {
        assert!(violation.route.locate(&root).exact, "{violation:?}");
        assert!(violation.help.is_some(), "{violation:?}");
        assert!(violation.related.iter().all(|(route, _)| route.locate(&root).exact), "{violation:?}");
    }
    (told(&said.wrong), told(&said.doubtful))
}

#[track_caller]
fn wrong(files: &[(&str, &str)], path: &str) -> Vec<String> {
    let (wrong, doubtful) = both(files, path);
    assert_eq!(doubtful, Vec::<String>::new());
    wrong
}

/// What is wrong with a file that is alone.
#[track_caller]
fn alone(text: &str) -> Vec<String> {
    wrong(&[("main.tf", text)], "main.tf")
}

#[track_caller]
fn assert_told(told: &[String], expected: &[&str]) {
    let matches = told.len() == expected.len() && told.iter().zip(expected).all(|(told, part)| told.contains(part));
    assert!(matches, "{told:#?} is not {expected:#?}");
}

#[test]
fn blocks_at_the_top_are_known() {
    assert_told(
        &alone(
            r#"{"resorce": {"a": {"b": [{}]}}, "whatever": 1, "resource": {"a": [{}], "b": {"c": {"d": [{}]}}},
                "variable": {"source": [{}], "1x": [{}]}, "locals": "x"}"#,
        ),
        &[
            "/resorce: `resorce` is not a block that Terraform knows (did you mean `resource`?)",
            "/whatever: `whatever` is not a block",
            "/resource/a: `resource` has to be a block with two labels: its type and its name (write `resource \"TYPE\" \"NAME\" { … }`)",
            "/resource/b/c: `resource` has to be a block with two labels",
            "/variable/source: no variable can be called `source`",
            "/variable/1x: `1x` cannot be the name of a `variable`",
            "/locals: `locals` has to be a block with no labels",
        ],
    );
    assert_eq!(wrong(&[("a.tf.json", r#"{"//": 1, "variable": {"x": {"default": "${y}"}}}"#)], "a.tf.json"), [""; 0]);
}

#[test]
fn arguments_are_known() {
    assert_told(
        &alone(
            r#"{"variable": {"x": [{"defualt": 1}]}, "output": {"o": [{}]}, "check": {"c": [{"assert": [{"condition": true, "eror_message": "x"}]}]}, "moved": [{"from": "${a.b}"}],
                "resource": {"t": {"n": [{"count": 1, "for_each": {},
                    "lifecycle": [{"prevent_destory": true, "create_before_destroy": "${var.x}", "ignore_changes": ["${tags}"]}]}]}},
                "terraform": [{"required_version": "=> 1.0", "requiredproviders": [{}],
                    "required_providers": [{"a": {"version": "latest"}, "b": "~> 1.0", "c": "x"}]}]}"#,
        ),
        &[
            "/variable/x/0/defualt: `defualt` is not an argument of `variable` (did you mean `default`?)",
            "/output/o: `output` lacks its argument `value`",
            "/moved: `moved` lacks its argument `to`",
            "/resource/t/n/0/for_each: `count` and `for_each` stand in one block",
            "prevent_destory: `prevent_destory` is not an argument of `lifecycle` (did you mean `prevent_destroy`?)",
            "create_before_destroy: `create_before_destroy` has to be `true` or `false`, written out, found `${var.x}`",
            "/check/c/0/assert/0/eror_message: `eror_message` is not an argument of `assert` (did you mean `error_message`?)",
            "/check/c/0/assert: `assert` lacks its argument `error_message`",
            "/terraform/0/requiredproviders: `requiredproviders` is not an argument of `terraform` (did you mean `required_providers`?)",
            "/terraform/0/required_version: `=> 1.0` is not a constraint of versions: `=>` is no operator",
            "/terraform/0/required_providers/0/a/version: `latest` is not a constraint",
            "/terraform/0/required_providers/0/c: `x` is not a constraint",
        ],
    );
    let (wrong, doubtful) =
        both(&[("main.tf", r#"{"variable": {"x": [{"type": "string"}], "y": [{"type": "${string}"}]}}"#)], "main.tf");
    assert_eq!(wrong, [""; 0]);
    assert_told(&doubtful, &["/variable/x/0/type: the type `string` stands in quotes"]);
}

#[test]
fn each_thing_is_declared_once() {
    let a = r#"{"variable": {"x": [{}, {}]}, "resource": {"t": {"n": [{}]}}, "locals": [{"l": 1}],
                "provider": {"aws": [{}, {"alias": "west"}]}, "terraform": [{"backend": {"s3": [{}]}}]}"#;
    let b = r#"{"resource": {"t": {"n": [{}], "m": [{}]}}, "data": {"t": {"n": [{}]}}, "locals": [{"l": 2}], "provider": {"aws": [{"alias": "west"}]},
                "terraform": [{"cloud": [{}]}]}"#;
    let files =
        [("m/a.tf", a), ("m/b.tf", b), ("m/c_override.tf", a), ("m/c.tofu", r#"{"resource": {"t": {"n": [{}]}}}"#)];
    assert_told(
        &wrong(&files, "m/a.tf"),
        &[
            "/variable/x/1: the variable `x` is declared twice",
            "/locals/0/l: the local value `l` is declared twice",
            "/resource/t/n/0: the resource `t.n` is declared twice",
            "/provider/aws/1: the configuration of the provider `aws.west` is declared twice",
            "/terraform/0/backend/s3/0: the backend is declared twice",
        ],
    );
    assert_eq!(wrong(&files, "m/b.tf").len(), 4);
    assert_eq!(wrong(&files, "m/c_override.tf"), [""; 0]);
    assert_eq!(wrong(&files, "m/c.tofu"), [""; 0]);
}

const DECLARES: &str = r#"{"variable": {"region": [{"default": "x"}], "x": [{}]}, "locals": [{"name": "${var.region}", "b": "${local.c}${local.d}", "c": "${local.b}", "d": "${var.x}", "e": 1}], "resource": {"aws_vpc": {"main": [{}]}},
    "data": {"aws_ami": {"a": [{}]}}}"#;

#[test]
fn references_lead_to_declarations() {
    let uses = r#"{"resource": {"aws_subnet": {"s": [{
        "a": "${aws_vpc.main.id}-${var.regoin}-${local.nam}", "b": ["${data.aws_ami.b.id}", "${aws_ami.a.id}"], "c": {"${var.key}": "${module.m.x}"},
        "d": "${region}", "g": "${keys(var)}",
        "provisioner": {"local-exec": [{"when": "${destroy}", "on_failure": "${continue}", "command": "${self.id}"}]},
         "e": "${each.key}${self.x}${path.module}${terraform.workspace}", "f": "${resource.aws_vpc.main.id}",
        "provider": "${aws.west}", "for_each": "${toset([])}", "lifecycle": [{"ignore_changes": ["${tags}"], "replace_triggered_by": ["${aws_vpc.other}"]}],
        "depends_on": ["${aws_vpc.main}", "aws_vpc.main", "aws_vpc.no"],
        "dynamic": {"ingress": [{"for_each": "${var.no}", "content": [{"p": "${ingress.value}", "dynamic": {"q": [{"for_each": "${ingress.value.x}", "iterator": "${it}", "content": [{"r": "${it.value}${q.value}"}]}]}}]}]}
    }]}}}"#;
    assert_told(
        &wrong(&[("a.tf", DECLARES), ("b.tf", uses)], "b.tf"),
        &[
            "/a: no variable `regoin` is declared in this module (did you mean `var.region`?)",
            "/a: no local value `nam` is declared in this module (did you mean `local.name`?)",
            "/b/0: no data source `aws_ami.b` is declared in this module (did you mean `data.aws_ami.a`?)",
            "/b/1: no resource `aws_ami.a` is declared in this module (it is a data source: write `data.aws_ami.a`)",
            "/c/${var.key}: no variable `key` is declared",
            "/c/${var.key}: no call of a module `m` is declared",
            "/d: `region` refers to nothing: names that stand alone mean nothing here (write `var.region`)",
            "/g: `var` is not a value: only what is in it is (write `var.` and a name)",
            "/lifecycle/0/replace_triggered_by/0: no resource `aws_vpc.other`",
            "/depends_on/2: no resource `aws_vpc.no`",
            "/dynamic/ingress/0/for_each: no variable `no`",
            "/dynamic/ingress/0/content/0/dynamic/q/0/content/0/r: no resource `q.value`",
        ],
    );
    // What cannot be read may declare it.
    assert_eq!(wrong(&[("a.tf", "{"), ("b.tf", uses)], "b.tf"), [""; 0]);
    assert_eq!(wrong(&[("terragrunt.hcl", "{}"), ("b.tf", uses)], "b.tf"), [""; 0]);
}

#[test]
fn instances_are_known_where_there_are_some() {
    let main = r#"{"resource": {"t": {"a": [{"x": "${each.key}${count.index}"}], "b": [{"x": "${each.key}${count.index}", "count": 1}],
        "c": [{"x": "${each.key}", "dynamic": {"d": [{"for_each": [], "content": [{"x": "${each.value}${d.value}"}]}]}}],
        "d": [{"dynamic": {"d": [{"for_each": [], "content": [{"x": "${d.value}${count.index}"}]}]}}]}},
        "output": {"o": [{"value": "${each.key}"}]}, "locals": [{"l": "${[for each in [] : each.x]}"}]}"#;
    let files = [("main.tf", main), ("main_override.tf", r#"{"resource": {"t": {"c": [{"for_each": []}]}}}"#)];
    let (wrong, doubtful) = both(&files, "main.tf");
    assert_told(&doubtful, &["/resource/t/d/0/dynamic/d/0/content/0/x: `count` means nothing here"]);
    assert_told(
        &wrong,
        &[
            "/resource/t/a/0/x: `each` means nothing here: there is no `for_each` in this block",
            "/resource/t/a/0/x: `count` means nothing here",
            "/resource/t/b/0/x: `each` means nothing here",
            "/output/o/0/value: `each` means nothing here",
        ],
    );
}

#[test]
fn what_a_function_catches_is_only_doubted() {
    let main = r#"{"module": {"m": [{"source": "./m"}]}, "output": {"o": [{"value": "${try(module.m.x, module.n.x, null)}"}]}}"#;
    let (wrong, doubtful) = both(&[("main.tf", main), ("m/m.tf", "{}")], "main.tf");
    assert_told(&wrong, &["no call of a module `n`"]);
    assert_told(&doubtful, &["the module `m` has no output `x`"]);
}

#[test]
fn folders_of_fragments_are_only_doubted() {
    let files = [
        ("x/a.tf", r#"{"output": {"o": [{"value": "${var.a}${var.b}${local.c}${module.d}"}]}}"#),
        ("x/b.tf", r#"{"output": {"o": [{"value": 1}]}}"#),
    ];
    let (wrong, doubtful) = both(&files, "x/a.tf");
    assert_eq!((wrong.len(), doubtful.len()), (0, 5), "{doubtful:?}");
    let file = r#"{"output": {"o": [{"value": "${var.a}"}]}}"#;
    assert_eq!(both(&[("docs/a.tf", file)], "docs/a.tf").1.len(), 1);
    assert_eq!(both(&[("examples/resources/x/resource.tf", file)], "examples/resources/x/resource.tf").1.len(), 1);
    assert_eq!(both(&[("examples/x/main.tf", file)], "examples/x/main.tf").0.len(), 1);
}

#[test]
fn defaults_and_values_are_written_out() {
    assert_told(
        &alone(r#"{"variable": {"x": [{"default": {"a": ["${var.y}"]}, "type": "${list(string)}"}], "y": [{}]}}"#),
        &["/variable/x/0/default/a/0: `var.y` cannot be used here"],
    );
    let files = [("main.tf", DECLARES), ("a.tfvars", r#"{"region": "x", "regoin": "${var.y}"}"#)];
    let (wrong, doubtful) = both(&files, "a.tfvars");
    assert_told(&wrong, &["/regoin: `var.y` cannot be used here"]);
    assert_told(
        &doubtful,
        &["/regoin: no variable `regoin` is declared in this folder: its value goes nowhere (did you mean `region`?)"],
    );
}

#[test]
fn calls_fit_what_is_called() {
    let called = r#"{"variable": {"needed": [{}], "other": [{"default": null}]}, "output": {"id": [{"value": 1}]}}"#;
    let main = r#"{"module": {
        "good": [{"source": "../net", "needed": 1, "count": 1, "providers": {"aws": "${aws.x}"}}], "bad": [{"source": "../net", "neded": 1}],
        "none": [{"source": "./gone"}], "empty": [{"source": "../docs"}], "lost": [{}], "far": [{"source": "a/b/c", "x": 1}],
        "versioned": [{"source": "../net", "needed": 1, "version": "1.0"}], "out": [{"source": "../../x"}], "sub": [{"source": "../away/x"}]},
        "output": {"o": [{"value": "${module.versioned.id}${module.versioned.ids}${module.good[0].x}${module.good.x}"}]}}"#;
    let files = [("live/main.tf", main), ("net/m.tf", called), ("docs/readme.md", ""), ("away/x/", "")];
    assert_told(
        &wrong(&files, "live/main.tf"),
        &[
            "/output/o/0/value: the module `versioned` has no output `ids` (did you mean `module.versioned.id`?)",
            "/module/bad/0/neded: the module in `net` has no variable `neded` (did you mean `needed`?)",
            "/module/bad: the module in `net` needs a value for its variable `needed`",
            "/module/none/0/source: there is no folder `live/gone` in the repository",
            "/module/empty/0/source: the folder `docs` has no file of Terraform in it",
            "/module/lost: the call of a module `lost` does not say where the module is",
            "/module/versioned/0/version: `../net` is a folder, and folders have no versions",
        ],
    );
}

#[test]
fn moves_fit_what_is_declared() {
    let main = r#"{"resource": {"t": {"here": [{}], "new": [{}]}}, "module": {"m": [{"source": "./m"}]},
        "moved": [{"from": "${t.old}", "to": "${t.new}"}, {"from": "${t.here}", "to": "${t.new2}"}, {"from": "${t.x}", "to": "${t.x}"},
            {"from": "${t.a}", "to": "${t.b}"}, {"from": "${t.b}", "to": "${t.a}"}, {"from": "${module.q}", "to": "${t.new}"},
            {"from": "t", "to": "${t.new}"}, {"from": "${t.two}", "to": "${t.here}"}, {"from": "${t.two}", "to": "${t.new}"},
            {"from": "${t.here}", "to": "${t.here[0]}"}, {"from": "${module.m.t.in}", "to": "${t.here[1]}"}],
        "removed": [{"from": "${t.gone[0]}"}, {"from": "${t.new}"}, {"from": "${data.t.x}"}, {"from": "${module.m}"}, {"from": "${t.gone}"}],
        "import": [{"to": "${t.here}", "id": "x"}, {"to": "${t.hers}", "id": "x"}, {"to": "${module.m}", "id": "x"}, {"to": "${t.new}"},
            {"to": "${module.m.t.in[each.key]}", "id": "x"}]}"#;
    let (wrong, doubtful) = both(&[("main.tf", main), ("m/m.tf", r#"{"resource": {"t": {"in": [{}]}}}"#)], "main.tf");
    assert_told(
        &wrong,
        &[
            "/moved/0/to: `t.old` and `t.two` are moved to one place: `t.new`",
            "/moved/1/to: `t.here` is moved to two places: `t.new2` and `t.here[0]`",
            "/moved/2/to: `t.x` is moved to where it is",
            "/moved/3/to: the moves of `t.a` lead back to it",
            "/moved/4/to: the moves of `t.b` lead back to it",
            "/moved/5/to: `module.q` and `t.new` are not of one sort",
            "/moved/6/from: `t` is not an address of a resource or a module: expected `.` and the name of the resource behind its type",
            "/moved/7/to: `t.two` is moved to two places: `t.here` and `t.new`",
            "/moved/8/to: `t.two` is moved to two places: `t.new` and `t.here`",
            "/moved/9/to: `t.here` is moved to two places",
            "/removed/0/from: `t.gone[0]` is one instance: `removed` is for all of a resource or a module (write `from = t.gone`)",
            "/removed/1/from: `t.new` is said to be removed, and is still declared",
            "/removed/2/from: `data.t.x` is no managed resource",
            "/removed/3/from: `module.m` is said to be removed, and is still declared",
            "/import/2/to: `module.m` is a module: only resources can be imported",
            "/import: `import` does not say what is imported",
        ],
    );
    assert_told(
        &doubtful,
        &["/import/1/to: `t.hers` is imported, and no file of this module declares it (did you mean `t.here`?)"],
    );
}

#[test]
fn a_file_is_told_of_no_more_than_it_can_be_told() {
    let many: Vec<String> = (0..1_000).map(|index| format!("\"x{index}\": \"${{var.missing{index}}}\"")).collect();
    let text = format!("{{\"variable\": {{\"a\": [{{}}]}}, \"locals\": [{{{}}}]}}", many.join(", "));
    let (wrong, doubtful) = both(&[("main.tf", &text)], "main.tf");
    assert_eq!(wrong.len() + doubtful.len(), MOST);
}
