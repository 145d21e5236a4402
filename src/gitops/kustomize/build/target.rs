//! One kustomization after the other: what it is made of, and what it does to that.

use std::collections::BTreeSet;

use crate::{
    document::{Node, Value},
    gitops::{
        kustomize::remote::git_source,
        tree::{At, TreeError, split},
    },
};

use super::{
    Object, SourceFile, Unbuilt,
    config::Config,
    edit,
    generate::{Sort, base64, generate},
    images::images,
    object::Id,
    patch, replace,
    session::{Kustomization, Session, Stop},
    take,
    transform::{self, End, key},
    vars,
};

/// What was gathered so far.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) objects: Vec<Object>,
    pub(super) config: Config,
    /// The variables that were declared.
    pub(super) vars: Vec<Node>,
    /// The `sortOptions` of the kustomization that was gathered last: the outermost one in the end.
    pub(super) order: Option<Node>,
}

impl Gathered {
    /// Adds objects; none may be there already.
    fn append(&mut self, objects: Vec<Object>) -> Result<(), String> {
        let mut known: BTreeSet<_> = self.objects.iter().map(|object| key(&object.id())).collect();
        for object in &objects {
            let id = object.id();
            if !known.insert(key(&id)) {
                return Err(format!("{} is there twice", described(&id)));
            }
        }
        self.objects.extend(objects);
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<(), String> {
        self.append(other.objects)?;
        self.config.merge(&other.config)?;
        self.vars.extend(other.vars);
        Ok(())
    }

    /// Adds what was generated: new, in the place of what is there, or merged with it.
    fn absorb(&mut self, mut new: Object, behavior: &str) -> Result<(), String> {
        let id = new.id();
        let mut same = self
            .objects
            .iter_mut()
            .filter(|object| object.previous().any(|previous| previous.equals(&id)) || object.id().equals(&id));
        let (old, another) = (same.next(), same.next());
        let described = described(&id);
        let mut old = old;
        if let Some(old) = &mut old {
            old.unshare();
        }
        match (old, another, behavior) {
            (Some(_), Some(_), _) => Err(format!("more than one object could be meant by the generated {described}")),
            (None, _, "merge" | "replace") => Err(format!(
                "the generated {described} has the behavior `{behavior}`, and there is nothing to {behavior}"
            )),
            (None, _, _) => {
                self.objects.push(new);
                Ok(())
            }
            (Some(old), None, "merge") => {
                inherit(&mut new, old);
                let encoded = if id.kind == "Secret" { encoded(&old.node) } else { None };
                inherit_pairs(&mut new.node, encoded.as_ref().or(old.node.get("data")), "data");
                inherit_pairs(&mut new.node, old.node.get("binaryData"), "binaryData");
                *old = new;
                Ok(())
            }
            (Some(old), None, "replace") => {
                inherit(&mut new, old);
                *old = new;
                Ok(())
            }
            (Some(_), None, _) => {
                Err(format!("the generated {described} is there already: its behavior has to be `merge` or `replace`"))
            }
        }
    }
}

fn described(id: &Id) -> String {
    match id.namespace.as_str() {
        "" => format!("{} {}", id.kind, id.name),
        namespace => format!("{} {namespace}/{}", id.kind, id.name),
    }
}

/// Names, labels and annotations of the object whose place a generated one takes.
fn inherit(new: &mut Object, old: &Object) {
    new.previous.clone_from(&old.previous);
    new.prefixes.clone_from(&old.prefixes);
    new.suffixes.clone_from(&old.suffixes);
    new.vars.clone_from(&old.vars);
    new.hashed = new.hashed && old.hashed;
    let Some(theirs) = old.node.get("metadata") else { return };
    let Some(mine) = edit::get_mut(&mut new.node, "metadata") else { return };
    for key in ["labels", "annotations"] {
        inherit_pairs(mine, theirs.get(key), key);
    }
    for key in ["name", "namespace"] {
        match theirs.entry(key) {
            Some(entry) => {
                edit::set(mine, key, entry.key_span, entry.value.clone());
            }
            None => edit::remove(mine, key),
        }
    }
}

/// The data of a Secret that has some of it as text.
fn encoded(secret: &Node) -> Option<Node> {
    let texts = secret.get("stringData").filter(|texts| !texts.entries().is_empty())?;
    let mut data = secret.get("data").filter(|data| !data.entries().is_empty()).cloned();
    let data_ref = data.get_or_insert_with(|| edit::mapping(Vec::new(), texts.span));
    for entry in texts.entries() {
        let text = base64(entry.value.as_str().unwrap_or("").as_bytes());
        edit::set(data_ref, &entry.key, entry.key_span, edit::text(text, entry.value.span));
    }
    data
}

fn inherit_pairs(mine: &mut Node, theirs: Option<&Node>, key: &str) {
    let theirs = theirs.filter(|theirs| !theirs.entries().is_empty());
    match (edit::get_mut(mine, key), theirs) {
        (_, None) => {}
        (Some(mine), Some(theirs)) => {
            for entry in theirs.entries() {
                if mine.get(&entry.key).is_none() {
                    edit::set(mine, &entry.key, entry.key_span, entry.value.clone());
                }
            }
        }
        (None, Some(theirs)) => {
            edit::set(mine, key, theirs.span, theirs.clone());
        }
    }
    // An empty mapping is no data.
    if mine.get(key).is_some_and(|pairs| pairs.value == Value::Mapping(Vec::new())) {
        edit::remove(mine, key);
    }
}

/// Builds the kustomization of a folder. `chain` has the folders of those that led here.
pub(super) fn gather(session: &mut Session<'_>, folder: &str, chain: &mut Vec<String>) -> Result<Gathered, Stop> {
    let kustomization = session.kustomization(folder)?;
    if kind(&kustomization) == "Component" && !chain.is_empty() {
        return Err(Stop::from("it is a component, which is no resource".to_owned()).at(&kustomization.path));
    }
    run(session, &kustomization, Gathered::default(), chain)
}

fn kind(kustomization: &Kustomization) -> &str {
    kustomization.node.get("kind").and_then(Node::as_str).unwrap_or("Kustomization")
}

fn run(
    session: &mut Session<'_>,
    kustomization: &Kustomization,
    gathered: Gathered,
    chain: &mut Vec<String>,
) -> Result<Gathered, Stop> {
    chain.push(split(&kustomization.path).0.to_owned());
    let result = session
        .check_depth(chain.len())
        .and_then(|()| Target { session, kustomization, chain }.run(gathered))
        .map_err(|stop| stop.at(&kustomization.path));
    chain.pop();
    result
}

struct Target<'s, 't, 'a> {
    session: &'s mut Session<'t>,
    kustomization: &'a Kustomization,
    chain: &'s mut Vec<String>,
}

impl Target<'_, '_, '_> {
    fn folder(&self) -> &str {
        split(&self.kustomization.path).0
    }

    fn list(&self, name: &str) -> Vec<Node> {
        self.kustomization.node.get(name).and_then(Node::as_sequence).unwrap_or_default().to_vec()
    }

    fn run(&mut self, mut gathered: Gathered) -> Result<Gathered, Stop> {
        self.refuse()?;
        for name in ["resources", "bases"] {
            for item in self.list(name) {
                self.resource(&mut gathered, item.as_str().unwrap_or(""))?;
            }
        }
        for item in self.list("configurations") {
            let (_, documents) =
                self.session.manifests(split(&self.kustomization.path).0, item.as_str().unwrap_or(""))?;
            let mut config = Config::default();
            config.read(&documents)?;
            gathered.config.merge(&config)?;
        }
        for sort in [Sort::ConfigMap, Sort::Secret] {
            self.generate(&mut gathered, sort)?;
        }
        for item in self.list("components") {
            gathered = self.component(gathered, item.as_str().unwrap_or(""))?;
        }
        self.transform(&mut gathered)?;
        let declared = self.list("vars");
        vars::bind(&mut gathered.objects, &declared)?;
        gathered.vars.extend(declared);
        gathered.order = self.kustomization.node.get("sortOptions").cloned();
        Ok(gathered)
    }

    /// What is not built.
    fn refuse(&self) -> Result<(), String> {
        for (name, what) in [
            ("helmCharts", "Helm charts"),
            ("helmChartInflationGenerator", "Helm charts"),
            ("generators", "plugins"),
            ("transformers", "plugins"),
            ("validators", "plugins"),
            ("crds", "definitions of `crds`"),
        ] {
            if !self.list(name).is_empty() {
                return Err(format!("`{name}`: {what} are not built"));
            }
        }
        let openapi = self.kustomization.node.get("openapi").map(Node::entries).unwrap_or_default();
        if openapi.is_empty() { Ok(()) } else { Err("`openapi`: schemas of one's own are not built".to_owned()) }
    }

    fn resource(&mut self, gathered: &mut Gathered, written: &str) -> Result<(), Stop> {
        let folder = self.folder().to_owned();
        let path = match Session::place(&folder, written) {
            Ok(path) => path,
            // Out of the repository by its letters, or the address of another one.
            Err(_) if git_source(written).is_some() => return Err(remote(written)),
            Err(stop) => return Err(stop),
        };
        match self.session.at(&path)? {
            Some(At::File) => {
                let (file, documents) = self.session.manifests(&folder, written)?;
                let mut objects = Vec::new();
                for (index, document) in documents.into_iter().enumerate() {
                    let nodes = take::objects(document).map_err(|message| Stop::from(message).at(&path))?;
                    self.session.spend_objects(nodes.len())?;
                    objects.extend(nodes.into_iter().map(|node| Object::new(node, file, index)));
                }
                gathered.append(objects)?;
                Ok(())
            }
            Some(At::Folder) => {
                self.check_cycle(&path, written)?;
                let below = gather(self.session, &path, self.chain)?;
                gathered.merge(below)?;
                Ok(())
            }
            Some(At::Elsewhere) => Err(format!("{written} is in another repository").into()),
            None if git_source(written).is_some() => Err(remote(written)),
            None => Err(format!("{written} is not there").into()),
        }
    }

    fn component(&mut self, gathered: Gathered, written: &str) -> Result<Gathered, Stop> {
        if git_source(written).is_some() {
            return Err(remote(written));
        }
        let path = Session::place(self.folder(), written)?;
        match self.session.at(&path)? {
            Some(At::Folder) => {}
            Some(At::File) => return Err(format!("{written} is a file, a component is a folder").into()),
            Some(At::Elsewhere) => return Err(format!("{written} is in another repository").into()),
            None => return Err(format!("{written} is not there").into()),
        }
        self.check_cycle(&path, written)?;
        let component = self.session.kustomization(&path)?;
        if kind(&component) != "Component" {
            return Err(Stop::from("it is no component".to_owned()).at(&component.path));
        }
        run(self.session, &component, gathered, self.chain)
    }

    /// No kustomization may contain the folder of one that led to it.
    fn check_cycle(&self, path: &str, written: &str) -> Result<(), String> {
        let contains = |folder: &String| crate::gitops::kustomize::references::is_below(folder, path);
        if self.chain.iter().any(contains) {
            return Err(format!("{written} contains the kustomization that it is named in"));
        }
        Ok(())
    }

    fn generate(&mut self, gathered: &mut Gathered, sort: Sort) -> Result<(), Stop> {
        let folder = self.folder().to_owned();
        let defaults = self.kustomization.node.get("generatorOptions");
        for generator in self.list(sort.key()) {
            let session = &mut *self.session;
            let object = generate(sort, &generator, defaults, self.kustomization.file, &mut |path| {
                session.content(&folder, path)
            })?;
            self.session.spend_objects(1)?;
            self.session.spend_nodes(edit::count(&object.node))?;
            let behavior = generator.get("behavior").and_then(Node::as_str).unwrap_or("");
            gathered.absorb(object, behavior)?;
        }
        Ok(())
    }

    /// Everything that changes objects, in kustomize's order.
    fn transform(&mut self, gathered: &mut Gathered) -> Result<(), Stop> {
        let Gathered { objects, config, .. } = gathered;
        let kustomization = &self.kustomization.node;
        if !self.list("patches").is_empty() || !self.list("patchesStrategicMerge").is_empty() {
            self.reading(objects, |objects, file, read| patch::patches(objects, kustomization, file, read))?;
        }
        if let Some(namespace) = kustomization.get("namespace") {
            transform::namespace(objects, namespace, config)?;
        }
        if let Some(prefix) = kustomization.get("namePrefix") {
            transform::affix(objects, prefix, End::Prefix, config)?;
        }
        if let Some(suffix) = kustomization.get("nameSuffix") {
            transform::affix(objects, suffix, End::Suffix, config)?;
        }
        transform::labels(objects, kustomization, config)?;
        transform::annotations(objects, kustomization, config)?;
        if !self.list("patchesJson6902").is_empty() {
            self.reading(objects, |objects, file, read| patch::patches_json6902(objects, kustomization, file, read))?;
        }
        transform::replicas(objects, kustomization, config)?;
        images(objects, kustomization, config)?;
        if !self.list("replacements").is_empty() {
            self.reading(objects, |objects, _, read| replace::replacements(objects, kustomization, read))?;
        }
        Ok(())
    }

    /// Calls something that reads files and changes objects, and counts what it made.
    fn reading(
        &mut self,
        objects: &mut Vec<Object>,
        change: impl FnOnce(&mut Vec<Object>, &SourceFile, &mut patch::Read<'_>) -> Result<(), Unbuilt>,
    ) -> Result<(), Stop> {
        let total = |objects: &[Object]| objects.iter().map(|object| edit::count(&object.node)).sum::<usize>();
        let before = total(objects);
        let folder = self.folder().to_owned();
        let Some(file) = self.session.sources.file(self.kustomization.file).cloned() else { return Ok(()) };
        let mut broken: Option<TreeError> = None;
        let session = &mut *self.session;
        let result = change(objects, &file, &mut |path| match session.manifests(&folder, path) {
            Ok((_, documents)) => Ok(documents),
            Err(Stop::Unbuilt(unbuilt)) => Err(unbuilt),
            Err(Stop::Tree(error)) => {
                broken = Some(error);
                Err(Unbuilt::new("the repository cannot be read"))
            }
        });
        if let Some(error) = broken {
            return Err(Stop::Tree(error));
        }
        result?;
        self.session.spend_nodes(total(objects).saturating_sub(before))
    }
}

fn remote(written: &str) -> Stop {
    format!("{written} is in another repository: what is remote is not built").into()
}
