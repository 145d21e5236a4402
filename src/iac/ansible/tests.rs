#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::document::{
    ParseLimits, Part, Violation,
    format::{Format, parse},
};

fn yaml(text: &str) -> Node {
    let text = if text.is_empty() { "~" } else { text };
    let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
    assert_eq!(parsed.problems, [], "{text}");
    parsed.documents[0].root.clone()
}

/// `route: message` of each; the places have to be there.
fn told(root: &Node, violations: &[Violation]) -> Vec<String> {
    violations
        .iter()
        .map(|violation| {
            let located = violation.route.locate(root);
            assert!(located.exact && (violation.part == Part::Value || located.entry.is_some()), "{violation:?}");
            assert!(violation.help.is_some() || violation.label.is_some(), "{violation:?}");
            format!("{}: {}", violation.route, violation.message)
        })
        .collect()
}

#[track_caller]
fn wrong(kind: Kind, text: &str) -> Vec<String> {
    let root = yaml(text);
    told(&root, &check(kind, "main.yml", &root).wrong)
}

#[track_caller]
fn doubtful(kind: Kind, text: &str) -> Vec<String> {
    let root = yaml(text);
    let said = check(kind, "main.yml", &root);
    assert_eq!(said.wrong, [], "{text}");
    told(&root, &said.doubtful)
}

/// Each text with the one thing that is wrong with it; the empty text for nothing.
#[track_caller]
fn each(kind: Kind, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let expected: Vec<&str> = Some(*expected).filter(|text| !text.is_empty()).into_iter().collect();
        assert_eq!(wrong(kind, text), expected, "{text}");
    }
}

#[test]
fn plays() {
    each(
        Kind::Playbook,
        &[
            ("[{hosts: all}]", ""),
            ("[{hosts: [a, b], gather_facts: no, serial: [1, 5], tasks: [], roles: [], user: x}]", ""),
            ("[{import_playbook: a.yml, when: x, vars: {a: 1}, tags: [x]}]", ""),
            ("[{ansible.builtin.import_playbook: a.yml}]", ""),
            ("[]", ": the playbook has no plays"),
            ("{hosts: all}", ": a playbook has to be a list of plays, found a mapping"),
            ("[x]", "/0: a play has to be a mapping, found a string"),
            ("[{tasks: [], name: x}]", "/0: the play has no `hosts`"),
            ("[{hosts: }]", "/0/hosts: `hosts` is empty"),
            ("[{hosts: []}]", "/0/hosts: `hosts` is empty"),
            ("[{hosts: [1]}]", "/0/hosts/0: each of `hosts` has to be a text, found a number"),
            ("[{hosts: all, becom: true}]", "/0/becom: `becom` is not a keyword of a play"),
            ("[{hosts: all, sudo: true}]", "/0/sudo: `sudo` is not a keyword of a play"),
            ("[{hosts: all, when: true}]", "/0/when: `when` is not a keyword of a play"),
            ("[{include: a.yml}]", "/0/include: `include` was removed from Ansible"),
            ("[{import_playbook: a.yml, hosts: x}]", "/0/hosts: `hosts` is not a keyword of an import of a playbook"),
            ("[{hosts: all, user: a, remote_user: b}]", "/0/user: `user` and `remote_user` are one keyword"),
            ("[{hosts: all, become: maybe}]", "/0/become: `become` has to be `true` or `false`, found a string"),
            ("[{hosts: all, become: '{{ x }}', port: '{{ y }}'}]", ""),
            ("[{hosts: all, port: '22', timeout: 2.0, become: 'Yes', max_fail_percentage: 30%}]", ""),
            ("[{hosts: all, port: 2.5}]", "/0/port: `port` has to be a whole number, found a number"),
            ("[{hosts: all, strategy: [free]}]", "/0/strategy: `strategy` has to be a text, found a list"),
            ("[{hosts: all, tags: }]", "/0/tags: `tags` has to be a list or a text, found nothing"),
            ("[{hosts: all, vars: [{a: 1}]}]", "/0/vars: `vars` has to be a mapping, found a list"),
            ("[{hosts: all, vars: {a-b: 1}}]", "/0/vars/a-b: `a-b` cannot be the name of a variable"),
            ("[{hosts: all, vars_prompt: [{prompt: x}]}]", "/0/vars_prompt/0: an item of `vars_prompt` has no `name`"),
            ("[{hosts: all, roles: [a, {role: b, x: 1, become: yes}, {name: c}]}]", ""),
            ("[{hosts: all, roles: [{x: 1}]}]", "/0/roles/0: the role has no name"),
            ("[{hosts: all, roles: [{src: x}]}]", "/0/roles/0: the role has no name"),
            ("[{hosts: all, roles: ['a,1.0']}]", "/0/roles/0: `a,1.0` is not the name of a role"),
            ("[{hosts: all, roles: [1]}]", "/0/roles/0: a role has to be a text or a mapping, found a number"),
            ("[{hosts: all, roles: a}]", "/0/roles: `roles` has to be a list of roles, found a string"),
            ("[{hosts: all, tasks: {a: 1}}]", "/0/tasks: a list of tasks has to be a list, found a mapping"),
            (
                "[{hosts: all, order: up}]",
                "/0/order: `order` has to be one of `inventory`, `reverse_inventory`, `sorted`, `reverse_sorted`, `shuffle`",
            ),
        ],
    );
}

#[test]
fn tasks() {
    each(
        Kind::Tasks,
        &[
            ("", ""),
            ("[{debug: {msg: x}}, ~, {ping: }, {a.b.c: {}}, {mymodule: x=1}]", ""),
            ("[{name: x}]", "/0: the task runs no module"),
            ("[x]", "/0: a task has to be a mapping, found a string"),
            ("[{copy: {}, template: {}}]", "/0/template: the task runs both `copy` and `template`"),
            ("[{action: copy a=b, ping: }]", "/0/ping: the task runs both `action` and `ping`"),
            ("[{copy: {}, a.b.c: }]", "/0/a.b.c: the task runs both `copy` and `a.b.c`"),
            ("[{copy: {}, notfiy: x}]", "/0/notfiy: `notfiy` is not a keyword of a task"),
            ("[{copy: {}, whn: x}]", "/0/whn: `whn` is not a keyword of a task"),
            ("[{copy: {}, sudo: yes}]", "/0/sudo: `sudo` is not a keyword of a task"),
            ("[{copy: {}, vars_files: x}]", "/0/vars_files: `vars_files` is not a keyword of a task"),
            ("[{copy: {}, listen: x}]", "/0/listen: `listen` is only for handlers"),
            ("[{import_tasks: x.yml, static: yes}]", "/0/static: `static` is not a keyword of a task"),
            ("[{include: x.yml}]", "/0/include: `include` was removed from Ansible"),
            ("[{import_playbook: x.yml}]", "/0/import_playbook: `import_playbook` cannot be a task"),
            ("[{hosts: all, tasks: []}]", "/0/hosts: a play stands in a list of tasks"),
            ("[{copy: [a]}]", "/0/copy: what `copy` is given has to be a mapping or a text, found a list"),
            ("[{copy: src=a dest=b}, {shell: 'echo a'}, {debug: '{{ x }}'}, {ping: ''}]", ""),
            ("[{copy: some text}]", "/0/copy: `copy` takes no text that is not `name=value`"),
            ("[{shell: 'echo \"a'}]", "/0/shell: quotes or `{{ }}` in the text are not closed"),
            ("[{debug: 'msg={{ a '}]", "/0/debug: quotes or `{{ }}` in the text are not closed"),
            ("[{shell: 'a{{ b }}', args: {chdir: /}}]", ""),
            ("[{ping: , args: [a]}]", "/0/args: `args` has to be a mapping, found a list"),
            ("[{ping: , args: '{{ x }}'}]", ""),
            ("[{action: {x: 1}}]", "/0/action: `action` names no module"),
            ("[{local_action: [copy]}]", "/0/local_action: `local_action` has to be a text or a mapping, found a list"),
            ("[{local_action: copy src=a}, {action: {module: copy, src: a}}]", ""),
            ("[{set_fact: {_ansible_x: 1}}]", "/0/set_fact/_ansible_x: `_ansible_x` is reserved for Ansible"),
            ("[{ping: , register: a-b}]", "/0/register: `register` has to be the name of a variable"),
            ("[{ping: , register: '{{ x }}'}]", "/0/register: `register` has to be the name of a variable"),
            ("[{ping: , retries: x}]", "/0/retries: `retries` has to be a whole number, found a string"),
            ("[{ping: , retries: '{{ x }}', delay: 1.5}]", ""),
            ("[{ping: , when: {a: b}}]", "/0/when: `when` has to be a condition or a list of them, found a mapping"),
            (
                "[{ping: , loop: [1], loop_control: {labl: x}}]",
                "/0/loop_control/labl: `labl` is not a field of `loop_control`",
            ),
            ("[{ping: , loop_control: }]", "/0/loop_control: `loop_control` has to be a mapping, found nothing"),
            ("[{ping: , loop: [1], with_items: [2]}]", "/0/with_items: the task has two loops"),
            ("[{ping: , with_items: [1], with_dict: {}}]", "/0/with_dict: the task has two loops"),
            ("[{ping: , with_items: }]", "/0/with_items: `with_items` has no value"),
            ("[{ping: , with_my.own.lookup: x, with_foo: y}]", ""),
            ("[{meta: flush_handlers}]", ""),
            ("[{meta: flush_handler}]", "/0/meta: `flush_handler` is nothing that `meta` does"),
            (
                "[{ping: , module_defaults: x}]",
                "/0/module_defaults: `module_defaults` has to be a mapping, found a string",
            ),
        ],
    );
}

#[test]
fn includes() {
    each(
        Kind::Tasks,
        &[
            ("[{include_tasks: x.yml, when: a, loop: [1]}, {import_tasks: {file: x.yml}, become: yes}]", ""),
            ("[{include_tasks: {file: x, apply: {tags: [a]}}}, {include_role: {name: x, public: yes}}]", ""),
            ("[{include_tasks: }]", "/0/include_tasks: `include_tasks` names no file"),
            (
                "[{include_tasks: {fil: x, file: y}}]",
                "/0/include_tasks/fil: `fil` is not a parameter of `include_tasks`",
            ),
            ("[{include_tasks: x.yml a=b}]", "/0/include_tasks: `a` is not a parameter of `include_tasks`"),
            ("[{include_tasks: x.yml, become: yes}]", "/0/become: `become` cannot stand beside `include_tasks`"),
            ("[{import_tasks: x.yml, loop: [1]}]", "/0/loop: `import_tasks` cannot be looped over"),
            ("[{import_tasks: {file: x, apply: {a: b}}}]", "/0/import_tasks/apply: `apply` is not for `import_tasks`"),
            ("[{include_role: {tasks_from: x}}]", "/0/include_role: `include_role` names no role"),
            ("[{include_role: x}]", "/0/include_role: `include_role` names no role"),
            (
                "[{include_role: {name: x, tasks_from: 1}}]",
                "/0/include_role/tasks_from: `tasks_from` has to be a text, found a number",
            ),
            (
                "[{ansible.builtin.import_role: {name: x}, with_items: [1]}]",
                "/0/with_items: `import_role` cannot be looped over",
            ),
            ("[{include_tasks: , args: {file: x.yml}}, {include_tasks: , args: '{{ x }}'}]", ""),
        ],
    );
}

#[test]
fn blocks() {
    each(
        Kind::Tasks,
        &[
            ("[{block: [{ping: }], rescue: [{ping: }], always: [], when: x, become: yes}]", ""),
            ("[{rescue: [{ping: }]}]", "/0/rescue: `rescue` stands without `block`"),
            ("[{block: [], always: [{ping: }]}]", "/0/always: `always` stands without `block`"),
            ("[{block: }]", "/0/block: a list of tasks has to be a list, found nothing"),
            ("[{block: [{ping: }], copy: {}}]", "/0/copy: `copy` stands beside a block: a block runs no module itself"),
            ("[{block: [{ping: }], loop: [1]}]", "/0/loop: `loop` is not a keyword of a block"),
            ("[{block: [{block: [{name: x}]}]}]", "/0/block/0/block/0: the task runs no module"),
            ("[{block: [~, {ping: }]}]", "/0/block/0: a task has to be a mapping, found nothing"),
        ],
    );
    assert_eq!(doubtful(Kind::Tasks, "[{block: []}]"), ["/0/block: the block is empty"]);
}

#[test]
fn handlers() {
    each(
        Kind::Handlers,
        &[
            ("[{name: x, ping: , listen: [a]}, {block: [{name: x, ping: }]}]", ""),
            ("[{block: [{block: [{name: x, ping: }]}]}]", "/0/block/0/block: a block cannot be a handler"),
            ("[{name: x, include_role: {name: a}}]", "/0/include_role: `include_role` cannot be a handler"),
        ],
    );
    assert_eq!(
        doubtful(Kind::Handlers, "[{ping: }, {listen: a, ping: }, {include_tasks: x.yml}]"),
        ["/0: the handler has neither `name` nor `listen`: no task can notify it"]
    );
}

#[test]
fn what_may_be_right_is_doubtful() {
    for (text, expected) in [
        ("[{comand: x}]", "/0/comand: `comand` is neither a keyword nor a module of Ansible"),
        ("[{name: a, debg: {}}]", "/0/debg: `debg` is neither a keyword nor a module of Ansible"),
        ("[{ping: , with_itms: x}]", "/0/with_itms: `with_itms` names no lookup plugin of Ansible"),
        ("[{ping: , with_items: [1], loop: [2]}]", "/0/loop: `loop` takes the place of `with_items`"),
    ] {
        assert_eq!(doubtful(Kind::Tasks, text), [expected]);
    }
    // Modules of collections have short names, too.
    assert_eq!(doubtful(Kind::Tasks, "[{apk: }, {at: }, {mail: }, {rax: }, {yum: name=x}, {mysql_db: }]"), [""; 0]);
    assert_eq!(doubtful(Kind::Vars, "{a-b: 1, ok: 2}"), ["/a-b: `a-b` cannot be the name of a variable"]);
}

#[test]
fn what_is_said_helps() {
    let root = yaml("[{hosts: all, becom: true, tasks: [{copy: {}, sudo: yes}]}]");
    let said = check(Kind::Playbook, "x.yml", &root);
    let help: Vec<&str> = said.wrong.iter().filter_map(|violation| violation.help.as_deref()).collect();
    assert_eq!(
        help,
        [
            "did you mean `become`? Ansible refuses a play with a keyword that it does not know",
            "write `become: true`; `sudo` was removed from Ansible"
        ]
    );
}

#[test]
fn not_everything_is_told() {
    let root = yaml(&format!("[{}]", "x, ".repeat(1_000)));
    assert_eq!(check(Kind::Tasks, "x.yml", &root).wrong.len(), 50);
}

#[test]
fn files_beside() {
    each(Kind::Vars, &[("", ""), ("{a: 1}", ""), ("[a]", ": a file of variables has to be a mapping, found a list")]);
    each(
        Kind::Inventory,
        &[
            ("{all: {hosts: {a: , b: {x: 1}}, vars: {c: 1}, children: {web: {hosts: {a: }}, db: }}}", ""),
            ("{all: {hosts: a}}", ""),
            ("{all: {hosts: [a, b]}}", "/all/hosts: `hosts` of group `all` has to be a mapping, found a list"),
            ("{web: {a: {}}}", "/web/a: `a` is neither `hosts`, `vars` nor `children` of group `web`"),
            ("{web: [a]}", "/web: group `web` has to be a mapping, found a list"),
            ("{all: {hosts: {a: x}}}", "/all/hosts/a: host `a` has to be a mapping, found a string"),
            ("{all: {hosts: {'a[3:1]': }}}", "/all/hosts/a[3:1]: the range in `a[3:1]` is empty: it names no host"),
            (
                "{all: {children: {w: {host: {}}}}}",
                "/all/children/w/host: `host` is neither `hosts`, `vars` nor `children` of group `w`",
            ),
        ],
    );
    each(
        Kind::Requirements,
        &[
            ("{roles: [a.b, {src: x, version: 1}], collections: [a.b, {name: a.b, version: '>=1'}]}", ""),
            ("[{src: x}, a.b]", ""),
            ("{role: []}", "/role: `role` is neither `roles` nor `collections`"),
            ("{roles: [{version: 1}]}", "/roles/0: the role has neither `src` nor `name`"),
            ("{collections: [{version: 1}]}", "/collections/0: the collection has no `name`"),
            ("{collections: [{name: a.b, type: got}]}", "/collections/0/type: `got` is not a `type`"),
            ("{roles: {a: 1}}", "/roles: `roles` has to be a list, found a mapping"),
        ],
    );
    each(
        Kind::RoleMeta,
        &[
            ("{galaxy_info: {}, dependencies: [a, {role: b}, {src: c}], allow_duplicates: yes}", ""),
            ("{galaxy_info: {}, dependancies: []}", "/dependancies: `dependancies` is not a keyword of a role"),
            ("{dependencies: a}", "/dependencies: `dependencies` has to be a list of roles, found a string"),
        ],
    );
    each(
        Kind::ArgumentSpecs,
        &[
            ("{argument_specs: {main: {options: {a: {type: str, options: {b: {type: int}}}}}}}", ""),
            ("{argument_spec: {}}", ": the file has no `argument_specs`"),
            (
                "{argument_specs: {main: {options: {a: {type: string}}}}}",
                "/argument_specs/main/options/a/type: `string` is not a type",
            ),
        ],
    );
    each(Kind::Galaxy, &[("{namespace: a, name: b, version: 1, readme: R, authors: [x]}", "")]);
    assert_eq!(wrong(Kind::Galaxy, "{namespace: a}").len(), 4);
}

#[test]
fn files_are_recognised() {
    for (path, text, kind) in [
        ("site.yml", "[{hosts: all, roles: [a]}]", Some(Kind::Playbook)),
        ("x.yml", "[{hosts: all}]", Some(Kind::Playbook)),
        ("x.yml", "[{import_playbook: a.yml}]", Some(Kind::Playbook)),
        ("roles/a/tasks/main.yml", "[{whatever: x}]", Some(Kind::Tasks)),
        ("roles/a/tasks/main.yml", "{name: x, copy: {}}", Some(Kind::Tasks)),
        ("roles/a/tasks/sub/x.yml", "[{copy: {}}]", Some(Kind::Tasks)),
        ("tasks/x.yml", "[{name: x, copy: {}}]", Some(Kind::Tasks)),
        ("tasks/x.yaml", "{apiVersion: tekton.dev/v1, kind: Task, metadata: {name: x}}", None),
        ("tasks/x.yml", "[a, b]", None),
        ("tasks/x.yml", "[{id: 1, title: x}]", None),
        ("x.yml", "[{name: x, ansible.builtin.copy: {}}]", Some(Kind::Tasks)),
        ("x.yml", "[{name: x, command: ls, register: y}]", Some(Kind::Tasks)),
        ("x.yml", "[{name: x, command: ls}]", None),
        ("handlers/main.yml", "[{name: x, service: name=x}]", Some(Kind::Handlers)),
        ("group_vars/all.yml", "{a: 1}", Some(Kind::Vars)),
        ("inventories/prod/group_vars/all/x.yml", "{a: 1}", Some(Kind::Vars)),
        ("host_vars/h", "", Some(Kind::Vars)),
        ("roles/a/defaults/main.yml", "{a: 1}", Some(Kind::Vars)),
        ("roles/a/templates/x.yml", "{a: 1}", None),
        ("roles/a/files/dashboards.json", "{all: {hosts: {}}, x: 1}", None),
        ("defaults/main.yml", "{a: 1}", Some(Kind::Vars)),
        ("defaults/other.yml", "{a: 1}", None),
        ("requirements.yml", "{collections: [a.b]}", Some(Kind::Requirements)),
        ("requirements.yaml", "{dependencies: [{name: x, version: 1, repository: y}]}", None),
        ("meta/main.yml", "{galaxy_info: {}}", Some(Kind::RoleMeta)),
        ("meta/main.yml", "{a: 1}", None),
        ("roles/a/meta/main.yml", "{a: 1}", Some(Kind::RoleMeta)),
        ("galaxy.yml", "{namespace: a, name: b}", Some(Kind::Galaxy)),
        ("hosts.yml", "{all: {hosts: {a: }}}", Some(Kind::Inventory)),
        ("hosts.yml", "{all: {hosts: [a]}}", Some(Kind::Inventory)),
        ("inventory/prod.yml", "{web: {hosts: {a: }}}", Some(Kind::Inventory)),
        ("inventory/aws_ec2.yml", "{plugin: amazon.aws.aws_ec2}", None),
        ("inventory/products.yml", "{items: {a: 1}}", None),
        ("x.yml", "{all: {children: {a: {hosts: {b: }}}}}", Some(Kind::Inventory)),
        ("x.yml", "{hosts: {a: }}", None),
        ("x.yml", "\"$ANSIBLE_VAULT;1.1;AES256 6162\"", None),
        (".github/workflows/ci.yml", "{on: push, jobs: {}}", None),
        ("x.yml", "[{hosts: [a.example.org], secretName: tls}]", None),
        ("x.yml", "[{name: a, tasks: [x]}]", None),
    ] {
        assert_eq!(kind_of(path, &yaml(text)), kind, "{path}: {text}");
    }
}

#[test]
fn vaults() {
    let inner = format!("{0}\n{0}\n61626364", "0f".repeat(32));
    let body = inner.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    assert!(is_vault(&format!("$ANSIBLE_VAULT;1.1;AES256\n{body}\n")));
    assert!(is_vault(&format!("\u{feff}$ANSIBLE_VAULT;1.2;AES256;dev\n  {body}\n")));
    // A password is not encrypted by what stands before it.
    assert!(!is_vault("$ANSIBLE_VAULT;1.1;AES256\n3061\n"));
    assert!(!is_vault("$ANSIBLE_VAULT;1.1;AES256\nhunter2\n"));
    assert!(!is_vault("a: $ANSIBLE_VAULT;1.1;AES256\n"));
    assert!(!is_vault("$ANSIBLE_VAULT\n"));
}

#[test]
fn resources_have_names() {
    let names = |kind, text: &str| -> Vec<String> {
        let root = yaml(text);
        resources(kind, "p", &root)
            .iter()
            .map(|resource| {
                assert!(resource.route.locate(&root).exact);
                assert_eq!(
                    (resource.identity.group.as_str(), resource.identity.namespace.as_deref()),
                    ("ansible", Some("p"))
                );
                format!("{} {} {}", resource.identity.kind, resource.identity.name, resource.route)
            })
            .collect()
    };
    assert_eq!(
        names(Kind::Inventory, "{all: {hosts: {a: }, children: {web: {hosts: {a: {x: 1}, b: }}}}}"),
        ["host a /all/children/web/hosts/a", "host b /all/children/web/hosts/b"]
    );
    assert_eq!(names(Kind::Vars, "{a: 1, b: 2}"), ["variable a /a", "variable b /b"]);
    assert_eq!(
        names(Kind::Playbook, "[{hosts: all, name: x}, {hosts: db}, {import_playbook: y, name: z}, {hosts: db}]"),
        ["play x /0", "play db /1"]
    );
    assert_eq!(
        names(Kind::Requirements, "{roles: [a.b], collections: [{name: c.d, version: 1}]}"),
        ["role a.b /roles/0", "collection c.d /collections/0"]
    );
    assert_eq!(names(Kind::Requirements, "[{src: a}]"), ["role a /0"]);
    assert_eq!(names(Kind::Tasks, "[{name: x, ping: }]"), [""; 0]);
}
