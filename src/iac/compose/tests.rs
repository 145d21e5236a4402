//! What Compose would say of files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::{check, is_compose, is_whole, resources};
use crate::{
    document::{Node, ParseLimits, Violation, format},
    gitops::{At, Tree, TreeError},
};

fn root(text: &str) -> Node {
    let parsed = format::parse(format::Format::Yaml, text.as_bytes(), &ParseLimits::default());
    assert_eq!(parsed.problems, [], "{text}");
    parsed.documents.into_iter().next().unwrap().root
}

fn lines(root: &Node, violations: &[Violation]) -> Vec<String> {
    let line = |violation: &Violation| {
        assert!(violation.route.locate(root).exact, "{}", violation.route);
        if let Some((route, _)) = &violation.related {
            assert!(route.locate(root).exact, "{route}");
        }
        format!("{}: {}", violation.route, violation.message)
    };
    violations.iter().map(line).collect()
}

/// What is wrong with a file that Compose reads on its own.
#[track_caller]
fn wrong(text: &str) -> Vec<String> {
    let root = root(text);
    lines(&root, &check(&root, true).wrong)
}

/// What is wrong with one service, from its own route on.
#[track_caller]
fn service(text: &str) -> Vec<String> {
    let found = wrong(&format!("services:\n  a: {{image: x, {text}}}\n  b: {{image: y}}\n"));
    found.into_iter().map(|line| line.replace("/services/a", "")).collect()
}

#[test]
fn files_are_known_by_name_and_by_what_they_say() {
    let some = root("services: {a: {image: x}}\n");
    for path in [
        "compose.yaml",
        "a/docker-compose.yml",
        "docker-compose.prod.yml",
        "compose-dev.yaml",
        "shop-compose.yml",
        "Docker-Compose.yml",
        "a.compose.yaml",
        "docker-compose_test.yml",
    ] {
        assert!(is_compose(path, &some), "{path}");
    }
    for path in ["services.yaml", "composer.yaml", "compose.json", "decompose.yaml", "compose/a.yaml", "-compose.yml"] {
        assert!(!is_compose(path, &some), "{path}");
    }
    assert!(is_compose("compose.yml", &root("web: {image: x}\n")), "the first version of the format");
    assert!(!is_compose("compose-x.yml", &root("web: {image: x}\n")));
    assert!(!is_compose("compose.yml", &root("apiVersion: v1\nkind: ConfigMap\n")));
    assert!(!is_compose("compose.yml", &root("[a]\n")));
}

struct Folder(&'static [&'static str]);

impl Tree for Folder {
    fn at(&self, _path: &str) -> Result<Option<At>, TreeError> {
        Ok(None)
    }

    fn read(&self, _path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(None)
    }

    fn list(&self, _folder: &str) -> Result<Vec<String>, TreeError> {
        Ok(self.0.iter().map(|name| (*name).to_owned()).collect())
    }
}

#[test]
fn a_file_with_others_beside_it_is_a_part() {
    assert_eq!(is_whole("a/compose.yml", &Folder(&["compose.yml", "x.yml"])), Ok(true));
    assert_eq!(is_whole("compose.yml", &Folder(&["compose.yml", "compose.override.yml"])), Ok(false));
    assert_eq!(is_whole("compose.prod.yml", &Folder(&["compose.prod.yml"])), Ok(false));
}

#[test]
fn what_a_file_defines_is_named() {
    let root = root("services: {a: {image: x}, x-b: {}}\nvolumes: {v: }\nsecrets: {s: {file: y}}\n");
    let found = resources("d/compose.yml", &root);
    let said: Vec<String> = found.iter().map(|one| format!("{} {}", one.identity, one.route)).collect();
    let expected = ["service a /services/a", "volume v /volumes/v", "secret s /secrets/s"];
    assert_eq!(said, expected);
    assert_eq!(found[0].identity.group, "compose");
}

#[test]
fn good_files_are_good() {
    let text = "\
version: '3.8'
name: shop
x-common: &common
  restart: unless-stopped
  environment: {A: 1, B: true, C: , D: '${D:-x}'}
services:
  web:
    <<: *common
    image: 'nginx:${TAG:-1}'
    ports: ['80:80', 8080, '127.0.0.1:90-92:90-92/tcp', '${P}:80', {target: 80, published: '8080'}]
    volumes: ['data:/data', './a:/b:ro', '/c', {type: volume, source: data, target: /x}, '${V}:/y', 'C:\\a:/z']
    networks: [default, front]
    depends_on: {db: {condition: service_healthy}}
    healthcheck: {test: [CMD, curl], interval: 1m30s, retries: 3}
    deploy: {resources: {limits: {cpus: '0.5', memory: 50M}}, replicas: 2}
    secrets: [token]
    command: echo $$HOME
    restart: no
    x-more: anything
  db:
    build: {context: ., args: [A=b]}
    mem_limit: 1g
    ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}
    ports: !reset null
    command: !reset
    dns: !reset []
    tty: !override true
volumes: {data: }
networks: {front: {driver: bridge}}
secrets: {token: {file: ./t}}
";
    assert_eq!(wrong(text), [""; 0]);
    let root = root(text);
    assert_eq!(check(&root, true).doubtful, []);
}

#[test]
fn keys_that_compose_does_not_know() {
    assert_eq!(
        wrong("services: {a: {image: x}}\nservcies: {}\n"),
        ["/servcies: `servcies` is no key that Compose knows here"]
    );
    assert_eq!(service("enviroment: {}"), ["/enviroment: `enviroment` is no key that Compose knows here"]);
    assert_eq!(service("build: {contxt: .}"), ["/build/contxt: `contxt` is no key that Compose knows here"]);
    assert_eq!(service("x-y: 1"), [""; 0]);
    let root = root("services: {a: {image: x, enviroment: {}}}\n");
    assert_eq!(check(&root, false).wrong[0].help.as_deref(), Some("did you mean `environment`?"));
    assert_eq!(wrong("services: {'a b': {image: x}}\n"), ["/services/a b: `a b` is no name that Compose takes"]);
}

#[test]
fn values_of_the_wrong_sort() {
    for (text, expected) in [
        ("ports: '80'", "/ports: `ports` must be a list, found a string"),
        ("hostname: 12", "/hostname: `hostname` must be a string, found a number"),
        ("restart: true", "/restart: `restart` must be a string, found a boolean"),
        ("command: [a, 1]", "/command/1: an item of `command` must be a string, found a number"),
        ("environment: {A: [1]}", "/environment/A: `A` must be a string, a number, a boolean or nothing, found a list"),
        ("environment: [A: b]", "/environment/0: an item of `environment` must be a string, found a mapping"),
        ("depends_on: b", "/depends_on: `depends_on` must be a list or a mapping, found a string"),
        ("volumes: ", "/volumes: `volumes` must be a list, found nothing"),
        ("tty: maybe", "/tty: expected `true` or `false`, found `maybe`"),
        ("scale: x", "/scale: expected a whole number, found `x`"),
        ("scale: 1.5", "/scale: `scale` must be a whole number, found a number"),
        (
            "stop_grace_period: 10",
            "/stop_grace_period: `stop_grace_period` must be a duration in a string, found a number",
        ),
        (
            "stop_grace_period: '10'",
            "/stop_grace_period: expected a duration with its unit, such as `1m30s`, found `10`",
        ),
        ("mem_limit: 10x", "/mem_limit: expected a number of bytes, such as `64m` or `1gb`, found `10x`"),
        (
            "ports: ['99999:80']",
            "/ports/0: expected a port of the host, 0 to 65535, or a range of them, found `99999:80`",
        ),
        ("ports: [80.5]", "/ports/0: an item of `ports` must be a port or a mapping, found a number"),
        ("cgroup: x", "/cgroup: expected `host` or `private`, found `x`"),
        ("depends_on: {b: {}}", "/depends_on/b: `condition` is missing"),
        ("user: '${A'", "/user: a variable is not closed"),
        ("pid: , user: null", "/user: `user` must be a string, found nothing"),
        (
            "volumes: ['a::/b']",
            "/volumes/0: expected `SOURCE:TARGET[:OPTIONS]`, and nothing empty between colons, found `a::/b`",
        ),
    ] {
        let said = service(text);
        // A reference besides may be wrong as well.
        assert_eq!(said.first().map(String::as_str), Some(expected), "{text}");
    }
    assert_eq!(wrong("version: 3.8\nservices: {}\n"), ["/version: `version` must be a string, found a number"]);
    assert_eq!(wrong("services: [a]\n"), ["/services: `services` must be a mapping, found a list"]);
}

#[test]
fn what_is_referred_to_must_be_defined() {
    for (text, expected) in [
        ("networks: [net]", "/networks/0: no network `net` is defined in this file"),
        ("networks: {net: }", "/networks/net: no network `net` is defined in this file"),
        ("volumes: ['vol:/x']", "/volumes/0: no volume `vol` is defined in this file"),
        (
            "volumes: [{type: volume, source: v, target: /x}]",
            "/volumes/0/source: no volume `v` is defined in this file",
        ),
        ("secrets: [s]", "/secrets/0: no secret `s` is defined in this file"),
        ("build: {secrets: [{source: s}]}", "/build/secrets/0/source: no secret `s` is defined in this file"),
        ("configs: [{source: c}]", "/configs/0/source: no config `c` is defined in this file"),
        ("depends_on: [c]", "/depends_on/0: no service `c` is defined in this file"),
        ("extends: c", "/extends: no service `c` is defined in this file"),
        ("extends: {service: c}", "/extends/service: no service `c` is defined in this file"),
        ("network_mode: 'service:c'", "/network_mode: no service `c` is defined in this file"),
        ("links: ['c:d']", "/links/0: no service `c` is defined in this file"),
        ("volumes_from: ['c:ro']", "/volumes_from/0: no service `c` is defined in this file"),
        ("models: [m]", "/models/0: no model `m` is defined in this file"),
    ] {
        assert_eq!(service(text), [expected], "{text}");
    }
    for good in [
        "networks: [default]",
        "depends_on: {c: {condition: service_started, required: false}}",
        "extends: {service: c, file: other.yml}",
        "volumes_from: ['container:c']",
        "links: ['b:c']",
        "volumes: ['${V}:/x']",
        "volumes: [./v:/x, /v]",
        "networks: [on, 'off']",
        "volumes: ['v:/x']",
        "ports: ['{{ port }}:80'], depends_on: ['{{ x }}']",
    ] {
        assert_eq!(service(good), [""; 0], "{good}");
    }
}

#[test]
fn parts_may_be_completed_by_others() {
    let part = root("services: {a: {depends_on: [b], volumes: ['vol:/x']}}\nsecrets: {s: {}}\n");
    assert_eq!(check(&part, false), super::Said::default());
    assert_eq!(check(&part, true).wrong.len(), 4);
    assert_eq!(wrong("include: [other.yml]\nservices: {a: {depends_on: [b]}}\n"), [""; 0]);
    let asleep = root("services: {a: {profiles: [p], networks: [net]}, b: {image: x, depends_on: [a]}}\n");
    let said = check(&asleep, true);
    assert_eq!(said.wrong, []);
    let expected = [
        "/services/a: `a` has neither an image nor a build",
        "/services/a/networks/0: no network `net` is defined in this file",
        "/services/b/depends_on/0: `a` is only there with one of its profiles",
    ];
    assert_eq!(lines(&asleep, &said.doubtful), expected);
}

#[test]
fn what_contradicts_itself() {
    for (text, expected) in [
        ("network_mode: host, networks: [default]", "/network_mode: `network_mode` and `networks` exclude each other"),
        (
            "build: {dockerfile: a, dockerfile_inline: b}",
            "/build/dockerfile_inline: `dockerfile` and `dockerfile_inline` exclude each other",
        ),
        (
            "healthcheck: {test: [curl, x]}",
            "/healthcheck/test/0: expected `CMD`, `CMD-SHELL` or `NONE` as the first item",
        ),
        ("scale: 2, container_name: ab", "/container_name: more than one container cannot have the same name"),
        (
            "develop: {watch: [{path: ., action: sync}]}",
            "/develop/watch/0: `target` is missing: what changes is synced to it",
        ),
        ("depends_on: [a]", "/depends_on/0: services wait for each other: `a`, `a`"),
    ] {
        assert_eq!(service(text), [expected], "{text}");
    }
    assert_eq!(
        wrong(
            "services: {a: {image: x}}\nconfigs: {c: {file: a, content: b}}\nsecrets: {s: {}}\nvolumes: {v: {external: true, driver: d}}\n"
        ),
        [
            "/secrets/s: `s` says nothing of where it comes from",
            "/configs/c/content: only one of `file`, `environment`, `content` can be given",
            "/volumes/v/driver: an external volume cannot have `driver`",
        ]
    );
    let cycle = "services: {a: {image: x, depends_on: [b]}, b: {image: x, links: [c]}, c: {image: x, network_mode: 'service:b'}}\n";
    assert_eq!(wrong(cycle), ["/services/c/network_mode: services wait for each other: `b`, `c`, `b`"]);
}

#[test]
fn large_files_are_read_once() {
    use std::fmt::Write as _;
    let mut text = "services:\n".to_owned();
    for number in 0..2_000 {
        writeln!(text, "  s{number}: {{image: x, depends_on: [s{}]}}", number + 1).unwrap();
    }
    text.push_str("  s2000: {image: x}\n");
    let before = std::time::Instant::now();
    assert_eq!(wrong(&text), [""; 0]);
    assert!(before.elapsed().as_secs() < 5);
}
