//! What services refer to, and what contradicts itself.

use std::collections::BTreeMap;

use crate::{
    document::{Entry, Node, Number, Route, Step, Value, Violation},
    iac::Said,
};

use super::{
    MOST, entries,
    scalar::{has_variable, is_flag},
    shape::{nearest, quoted},
};

/// A name in a service, and what it is the name of.
struct Reference<'a> {
    section: &'static str,
    name: &'a str,
    route: Route,
    /// Whether Compose does without what it names.
    optional: bool,
}

/// Looks at what services refer to, and at what cannot stand together.
pub(super) fn check(root: &Node, whole: bool, said: &mut Said) {
    let mut defined = BTreeMap::new();
    for section in ["services", "networks", "volumes", "configs", "secrets", "models"] {
        defined.extend(section_of(root, section).iter().map(|entry| ((section, entry.key.as_str()), entry)));
    }
    let mut check = Check { root, defined, whole, included: root.get("include").is_some(), said };
    for section in ["services", "jobs"] {
        for entry in section_of(root, section) {
            if !matches!(entry.value.value, Value::Mapping(_)) || check.said.wrong.len() >= MOST {
                continue;
            }
            let route = Route(vec![key(section), key(&entry.key)]);
            check.contradictions(entry, &route);
            check.origin(entry, &route);
            check.references(entry, &route);
        }
    }
    check.definitions();
    check.cycles();
}

struct Check<'a, 's> {
    root: &'a Node,
    /// What is defined, by section and name.
    defined: BTreeMap<(&'static str, &'a str), &'a Entry>,
    /// Whether all that Compose reads stands in this file.
    whole: bool,
    /// Whether others are included in it.
    included: bool,
    said: &'s mut Said,
}

impl<'a> Check<'a, '_> {
    /// Where the container of a service comes from.
    fn origin(&mut self, entry: &Entry, route: &Route) {
        let service = &entry.value;
        let says = |key: &str| service.get(key).is_some_and(|value| value.as_str() != Some(""));
        let has = ["image", "build", "provider", "extends"].into_iter().any(says);
        if has || !self.whole || self.included {
            return;
        }
        let message = format!("{} has neither an image nor a build", quoted(&entry.key));
        let violation = Violation::of_key(route.clone(), message)
            .lacking("image")
            .with_help("add `image:` or `build:`, or let it extend a service that has one");
        self.say(service, violation);
    }

    /// Says what is wrong with a service; one that only some profiles start is never certainly wrong.
    fn say(&mut self, service: &Node, violation: Violation) {
        if service.get("profiles").is_some() {
            self.said.doubtful.push(violation);
        } else {
            self.said.wrong.push(violation);
        }
    }

    fn references(&mut self, entry: &'a Entry, route: &Route) {
        // In a part, or with others included, what is not here may be there.
        if !self.whole || self.included {
            return;
        }
        for reference in references(&entry.value, route) {
            if has_variable(reference.name) || reference.name.is_empty() || self.said.wrong.len() >= MOST {
                continue;
            }
            // Compose reads YAML 1.2, where such a key is a string; here it has become a boolean.
            if is_flag(reference.name) {
                continue;
            }
            let defined = section_of(self.root, reference.section);
            let target = self.defined.get(&(reference.section, reference.name)).copied();
            let what = match reference.section {
                "services" => "service",
                "networks" => "network",
                "volumes" => "volume",
                "configs" => "config",
                "secrets" => "secret",
                _ => "model",
            };
            match target {
                Some(target) => {
                    let sleeps = reference.section == "services"
                        && target.value.get("profiles").is_some()
                        && entry.value.get("profiles").is_none();
                    if sleeps && !reference.optional {
                        let message = format!("{} is only there with one of its profiles", quoted(reference.name));
                        self.said.doubtful.push(
                            Violation::of_value(reference.route, message)
                                .related(
                                    Route(vec![key("services"), key(reference.name), key("profiles")]),
                                    "started only with these",
                                )
                                .with_help(
                                    "give both the same profiles, or write `required: false` beside the condition",
                                ),
                        );
                    }
                }
                None if reference.section == "networks" && reference.name == "default" => {}
                None if reference.section == "services" && reference.optional => {}
                None => {
                    let message = format!("no {what} {} is defined in this file", quoted(reference.name));
                    let help = match nearest(reference.name, defined.iter().map(|entry| entry.key.as_str())) {
                        Some(name) => format!("did you mean {}?", quoted(name)),
                        None => format!("define it under `{}:`", reference.section),
                    };
                    self.say(&entry.value, Violation::of_value(reference.route, message).with_help(help));
                }
            }
        }
    }

    /// What cannot stand together in a service.
    fn contradictions(&mut self, entry: &Entry, route: &Route) {
        let service = &entry.value;
        let route_to = |name: &str| route.child(key(name));
        if service.get("network_mode").is_some_and(|mode| mode.as_str().is_some_and(|mode| !mode.is_empty()))
            && service.get("networks").is_some_and(|networks| !is_empty(networks))
        {
            let violation =
                Violation::of_key(route_to("network_mode"), "`network_mode` and `networks` exclude each other")
                    .related(route_to("networks"), "the networks")
                    .with_help("keep one of them");
            self.say(service, violation);
        }
        let build = service.get("build");
        if build.is_some_and(|build| {
            let text = |name: &str| build.get(name).and_then(Node::as_str).is_some_and(|text| !text.is_empty());
            text("dockerfile") && text("dockerfile_inline")
        }) {
            let build = route_to("build");
            let violation = Violation::of_key(
                build.child(key("dockerfile_inline")),
                "`dockerfile` and `dockerfile_inline` exclude each other",
            );
            self.say(service, violation.related(build.child(key("dockerfile")), "the other one"));
        }
        let test = service.get("healthcheck").and_then(|check| check.get("test"));
        if let Some([first, ..]) = test.and_then(Node::as_sequence)
            && let Some(first) = first.as_str()
            && !has_variable(first)
            && !matches!(first, "CMD" | "CMD-SHELL" | "NONE")
        {
            let route = route_to("healthcheck").child(key("test")).child(Step::Index(0));
            let violation = Violation::of_value(route, "expected `CMD`, `CMD-SHELL` or `NONE` as the first item")
                .with_help("put `CMD` in front, or write the test as one string");
            self.say(service, violation);
        }
        for (index, watch) in items(service.get("develop").unwrap_or(service), "watch") {
            let said = |name: &str| watch.get(name).and_then(Node::as_str).filter(|text| !text.is_empty());
            if said("target").is_none() && said("action").is_some_and(|action| action.starts_with("sync")) {
                let route = route_to("develop").child(key("watch")).child(Step::Index(index));
                let violation = Violation::of_key(route, "`target` is missing: what changes is synced to it");
                self.say(service, violation.lacking("target").with_help("add `target:`"));
            }
        }
        let replicas = service.get("scale").or_else(|| service.get("deploy").and_then(|deploy| deploy.get("replicas")));
        if let Some(Value::Number(Number::Int(2..))) = replicas.map(|node| &node.value)
            && service.get("container_name").is_some()
        {
            let violation =
                Violation::of_key(route_to("container_name"), "more than one container cannot have the same name")
                    .with_help("take `container_name` away, or start one container only");
            self.say(service, violation);
        }
    }

    /// Secrets and configs must come from somewhere; what is external is defined elsewhere.
    fn definitions(&mut self) {
        for (section, sources) in
            [("secrets", &["file", "environment"][..]), ("configs", &["file", "environment", "content"][..])]
        {
            for entry in section_of(self.root, section) {
                if !matches!(entry.value.value, Value::Mapping(_)) {
                    continue;
                }
                let route = Route(vec![key(section), key(&entry.key)]);
                let given: Vec<&&str> = sources.iter().filter(|name| entry.value.get(name).is_some()).collect();
                let elsewhere = ["external", "driver"].iter().any(|name| entry.value.get(name).is_some());
                let names = sources.join("`, `");
                if let [_, second, ..] = given.as_slice() {
                    let message = format!("only one of `{names}` can be given");
                    self.said.wrong.push(Violation::of_key(route.child(key(second)), message));
                } else if given.is_empty() && !elsewhere && self.whole && !self.included {
                    let message = format!("{} says nothing of where it comes from", quoted(&entry.key));
                    let violation = Violation::of_key(route, message);
                    self.said.wrong.push(violation.with_help(format!("add one of `{names}`, or `external: true`")));
                }
            }
        }
        for entry in section_of(self.root, "volumes") {
            let external = entry.value.get("external").is_some_and(|external| external.value == Value::Bool(true));
            let other = entries(&entry.value)
                .iter()
                .find(|other| !matches!(other.key.as_str(), "name" | "external") && !other.key.starts_with("x-"));
            if let Some(other) = other.filter(|_| external) {
                let route = Route(vec![key("volumes"), key(&entry.key), key(&other.key)]);
                let message = format!("an external volume cannot have {}", quoted(&other.key));
                self.said.wrong.push(Violation::of_key(route, message).with_help("it is made elsewhere: take it away"));
            }
        }
    }

    /// Services that wait for each other.
    fn cycles(&mut self) {
        let services = section_of(self.root, "services");
        let numbers: BTreeMap<&str, usize> =
            services.iter().enumerate().map(|(number, entry)| (entry.key.as_str(), number)).collect();
        let edges: Vec<Vec<(usize, Route)>> = services
            .iter()
            .map(|entry| {
                let route = Route(vec![key("services"), key(&entry.key)]);
                let references = references(&entry.value, &route).into_iter();
                references
                    .filter(|reference| reference.section == "services")
                    .filter_map(|reference| Some((*numbers.get(reference.name)?, reference.route)))
                    .collect()
            })
            .collect();
        // What waits for nothing is taken away until only cycles, and what leads to them, are left.
        let mut gone = vec![false; services.len()];
        let mut waits: Vec<usize> = edges.iter().map(Vec::len).collect();
        let mut waited_by: Vec<Vec<usize>> = vec![Vec::new(); services.len()];
        for (number, targets) in edges.iter().enumerate() {
            for (target, _) in targets {
                if let Some(by) = waited_by.get_mut(*target) {
                    by.push(number);
                }
            }
        }
        let mut ready: Vec<usize> =
            waits.iter().enumerate().filter(|(_, count)| **count == 0).map(|(number, _)| number).collect();
        while let Some(number) = ready.pop() {
            if let Some(gone) = gone.get_mut(number) {
                *gone = true;
            }
            for by in waited_by.get(number).into_iter().flatten() {
                if let Some(count) = waits.get_mut(*by) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(*by);
                    }
                }
            }
        }
        // From the first that is left, along the first that it waits for, into a cycle.
        let is_left = |number: usize| gone.get(number) == Some(&false);
        let Some(mut here) = (0..services.len()).find(|number| is_left(*number)) else { return };
        let mut seen: Vec<usize> = Vec::new();
        let mut on_way = vec![false; services.len()];
        loop {
            let next = edges.get(here).into_iter().flatten().find(|(target, _)| is_left(*target));
            let Some((target, route)) = next else { return };
            if let Some(flag) = on_way.get_mut(here) {
                *flag = true;
            }
            seen.push(here);
            if on_way.get(*target) == Some(&true) {
                let start = seen.iter().position(|number| number == target).unwrap_or_default();
                let names = seen.iter().skip(start).chain([target]).filter_map(|number| services.get(*number));
                let names: Vec<String> = names.map(|entry| quoted(&entry.key)).take(6).collect();
                let message = format!("services wait for each other: {}", names.join(", "));
                let violation = Violation::of_value(route.clone(), message);
                self.said.wrong.push(violation.with_help("take one of the dependencies away"));
                return;
            }
            here = *target;
        }
    }
}

/// The names in a service that must be defined elsewhere in the file.
fn references<'a>(service: &'a Node, route: &Route) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    let mut add = |section: &'static str, name: &'a str, route: Route, optional: bool| {
        found.push(Reference { section, name, route, optional });
    };
    for (field, section) in [("networks", "networks"), ("depends_on", "services"), ("models", "models")] {
        let Some(node) = service.get(field) else { continue };
        let here = route.child(key(field));
        for (index, item) in node.as_sequence().unwrap_or_default().iter().enumerate() {
            if let Some(name) = item.as_str() {
                add(section, name, here.child(Step::Index(index)), false);
            }
        }
        for entry in entries(node) {
            let required = entry.value.get("required").is_some_and(|required| required.value == Value::Bool(false));
            add(section, &entry.key, here.child(key(&entry.key)), required);
        }
    }
    for (field, section) in [("secrets", "secrets"), ("configs", "configs")] {
        let of_build = service.get("build").and_then(|build| build.get(field)).filter(|_| field == "secrets");
        let places =
            [(service.get(field), route.child(key(field))), (of_build, route.child(key("build")).child(key(field)))];
        for (node, here) in places {
            for (index, item) in node.and_then(Node::as_sequence).unwrap_or_default().iter().enumerate() {
                let here = here.child(Step::Index(index));
                match (item.as_str(), item.get("source").and_then(Node::as_str)) {
                    (Some(name), _) => add(section, name, here, false),
                    (None, Some(name)) => add(section, name, here.child(key("source")), false),
                    (None, None) => {}
                }
            }
        }
    }
    for (index, item) in items(service, "volumes") {
        let here = route.child(key("volumes")).child(Step::Index(index));
        match item.as_str() {
            Some(text) => {
                if let Some(name) = volume_name(text) {
                    add("volumes", name, here, false);
                }
            }
            None if item.get("type").and_then(Node::as_str) == Some("volume") => {
                if let Some(name) = item.get("source").and_then(Node::as_str) {
                    add("volumes", name, here.child(key("source")), false);
                }
            }
            None => {}
        }
    }
    for field in ["network_mode", "pid", "ipc"] {
        let name = service.get(field).and_then(Node::as_str).and_then(|text| text.strip_prefix("service:"));
        if let Some(name) = name {
            add("services", name, route.child(key(field)), false);
        }
    }
    for field in ["links", "volumes_from"] {
        for (index, item) in items(service, field) {
            let Some(text) = item.as_str().filter(|text| !text.starts_with("container:")) else { continue };
            let name = text.split(':').next().unwrap_or(text);
            add("services", name, route.child(key(field)).child(Step::Index(index)), false);
        }
    }
    if let Some(extends) = service.get("extends").filter(|extends| extends.get("file").is_none()) {
        let here = route.child(key("extends"));
        match (extends.as_str(), extends.get("service").and_then(Node::as_str)) {
            (Some(name), _) => add("services", name, here, false),
            (None, Some(name)) => add("services", name, here.child(key("service")), false),
            (None, None) => {}
        }
    }
    found
}

/// The name of the volume in the short notation; `None` where a path, or nothing, is mounted.
fn volume_name(text: &str) -> Option<&str> {
    let (source, _) = text.split_once(':')?;
    let is_path = source.starts_with(['.', '/', '~', '\\']) || has_variable(source);
    let is_drive = source.len() == 1 && source.bytes().all(|byte| byte.is_ascii_alphabetic());
    (!source.is_empty() && !is_path && !is_drive && text.len() > 2).then_some(source)
}

fn items<'a>(service: &'a Node, field: &str) -> impl Iterator<Item = (usize, &'a Node)> {
    service.get(field).and_then(Node::as_sequence).unwrap_or_default().iter().enumerate()
}

fn is_empty(node: &Node) -> bool {
    entries(node).is_empty() && node.as_sequence().is_none_or(<[Node]>::is_empty)
}

fn section_of<'a>(root: &'a Node, section: &str) -> &'a [Entry] {
    root.get(section).map(entries).unwrap_or_default()
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}
