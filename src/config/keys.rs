//! Every key a configuration can have. The decoder and the JSON Schema both go by these tables.

use super::glob::Over;
use super::limits::Unit;
use super::model::{
    Catalogue, Check, Compat, Enforce, Existing, Host, InputKind, Motion, PathAction, Pin, RefAction, RegoVersion,
    SchemaKind,
};
use super::resources::ResourceAction;
use super::words::{Keyword as _, Text, Vocabulary};
use crate::document::format::Format;

/// A mapping and the keys it can have.
#[derive(Debug)]
pub(super) struct Table {
    /// Where it stands, as keys with dots; empty for the file itself.
    pub place: &'static str,
    /// What it is, with an article.
    pub what: &'static str,
    /// What this version understands.
    pub keys: &'static [Key],
    /// What the contract has and this version refuses.
    pub planned: &'static [Planned],
    /// Keys, planned ones included, of which exactly one has to be there.
    pub one_of: &'static [&'static str],
}

/// A key of a [`Table`].
#[derive(Debug)]
pub(super) struct Key {
    pub name: &'static str,
    /// What it says, for people who write the file.
    pub says: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// Whether a file from a repository may not have it: it would loosen what the server decides.
    pub server_only: bool,
    /// The key without which this one says nothing.
    pub only_with: Option<&'static str>,
    /// Keys that this one says nothing without.
    pub needs: &'static [&'static str],
}

/// A key that is refused because nothing would come of it.
#[derive(Debug)]
pub(super) struct Planned {
    pub name: &'static str,
    /// Whether an entry with it does without the keys that are required otherwise.
    pub stands_in: bool,
}

/// What the value of a [`Key`] looks like.
#[derive(Debug)]
pub(super) enum Shape {
    /// The number 1.
    Version,
    /// `true`; `false` would say nothing.
    True,
    /// One string.
    One(Text),
    /// One string or a list of at least one.
    Many(Text),
    /// A keyword.
    Word(fn() -> Vocabulary),
    /// A keyword or a list of them.
    Words { known: fn() -> Vocabulary, may_be_empty: bool },
    /// A keyword, or a mapping that says more.
    WordOrTable { known: fn() -> Vocabulary, table: &'static Table },
    /// Names, each with a list of names.
    Machine,
    /// An amount between two others, in the unit's smallest steps.
    Amount { unit: Unit, min: u64, max: u64 },
    /// A mapping.
    Table(&'static Table),
    /// A list of at least one mapping.
    Tables(&'static Table),
}

const fn key(name: &'static str, says: &'static str, shape: Shape) -> Key {
    Key { name, says, shape, required: false, server_only: false, only_with: None, needs: &[] }
}

impl Key {
    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    const fn server_only(self) -> Self {
        Self { server_only: true, ..self }
    }

    const fn needs(self, others: &'static [&'static str]) -> Self {
        Self { needs: others, ..self }
    }

    const fn only_with(self, other: &'static str) -> Self {
        Self { only_with: Some(other), ..self }
    }
}

const fn planned(name: &'static str) -> Planned {
    Planned { name, stands_in: false }
}

const fn stand_in(name: &'static str) -> Planned {
    Planned { name, stands_in: true }
}

/// The file.
pub(super) static ROOT: Table = Table {
    place: "",
    what: "the configuration",
    keys: &[
        key("version", "Version of this file's format.", Shape::Version).required(),
        key("host", "Who tells who the pusher is.", Shape::Word(Host::vocabulary)).server_only(),
        key("policy", "Policies in Rego.", Shape::Table(&POLICY)).server_only(),
        key("repository", "What this repository is called elsewhere.", Shape::Table(&REPOSITORY)),
        key(
            "files",
            "Which files are judged as what; the first match counts. Others are recognised by name and content.",
            Shape::Tables(&FILE),
        ),
        key("rules", "Rules over what files say.", Shape::Tables(&RULE)),
        key("immutability", "What must not change.", Shape::Table(&IMMUTABILITY)),
        key(
            "existing",
            "What happens to findings that are on the old side already (default: report).",
            Shape::Word(Existing::vocabulary),
        ),
        key("limits", "Bounds on the work for one push; past them it is refused.", Shape::Table(&LIMITS)).server_only(),
    ],
    planned: &[
        planned("commits"),
        planned("waivers"),
        planned("bypass"),
        planned("record"),
        planned("notify"),
        planned("server"),
    ],
    one_of: &[],
};

static POLICY: Table = Table {
    place: "policy",
    what: "`policy`",
    keys: &[key("source", "Where policies come from (default: the directory of this file).", Shape::Table(&SOURCE))],
    planned: &[],
    one_of: &[],
};

static SOURCE: Table = Table {
    place: "policy.source",
    what: "`policy.source`",
    keys: &[
        key("ref", "Full name of a protected ref; its tree before the push counts.", Shape::One(Text::Ref)).required(),
        key("path", "Directory in that tree (default: .pushgate).", Shape::One(Text::File)),
    ],
    planned: &[stand_in("repository"), stand_in("bundle")],
    one_of: &[],
};

static REPOSITORY: Table = Table {
    place: "repository",
    what: "`repository`",
    keys: &[key(
        "url",
        "URLs by which Flux and Argo CD know this repository; scheme, user and `.git` do not count.",
        Shape::Many(Text::Url),
    )
    .required()],
    planned: &[],
    one_of: &[],
};

static FILE: Table = Table {
    place: "files",
    what: "an entry of `files`",
    keys: &[
        key("match", "Paths.", Shape::Many(Text::Glob(Over::Path))).required(),
        key("format", "Read them as this format.", Shape::Word(Format::vocabulary)),
        key("ignore", "Leave them unread.", Shape::True),
    ],
    planned: &[],
    one_of: &["format", "ignore"],
};

static RULE: Table = Table {
    place: "rules",
    what: "a rule",
    keys: &[
        key("rego", "Policy file or directory, relative to the source of policies.", Shape::One(Text::File)),
        key("namespaces", "Packages to evaluate (default: all that refuse or warn).", Shape::Many(Text::Package))
            .only_with("rego"),
        key("input", "What the policy is given (default: document).", Shape::Word(InputKind::vocabulary))
            .only_with("rego"),
        key("compat", "Count as passed what this tool counts as passed.", Shape::Word(Compat::vocabulary))
            .only_with("rego"),
        key(
            "rego-version",
            "Version of Rego of all its policies (default: found out for each).",
            Shape::Word(RegoVersion::vocabulary),
        )
        .only_with("rego"),
        key("data", "Data files or directories, relative to the source of policies.", Shape::Many(Text::File))
            .only_with("rego"),
        key(
            "schema",
            "Structural validation by what the tools take that files are for.",
            Shape::Words { known: SchemaKind::vocabulary, may_be_empty: false },
        ),
        key("version", "Minor version of Kubernetes, 1.25 to 1.37 (default: 1.37).", Shape::One(Text::Kubernetes))
            .only_with("schema"),
        key("check", "Checks that come with pushgate.", Shape::Words { known: Check::vocabulary, may_be_empty: false }),
        key(
            "pins",
            "How Flux and Argo CD objects may say which revision of a source they take.",
            Shape::Words { known: Pin::vocabulary, may_be_empty: false },
        ),
        key("match", "What is judged (default: everything).", Shape::Table(&MATCH)),
        key("enforce", "What its findings do (default: deny).", Shape::Word(Enforce::vocabulary)),
    ],
    planned: &[planned("gatekeeper")],
    one_of: &["rego", "schema", "check", "pins", "gatekeeper"],
};

static MATCH: Table = Table {
    place: "rules.match",
    what: "`match` of a rule",
    keys: &[
        key("paths", "Paths of files.", Shape::Many(Text::Glob(Over::Path))),
        key("refs", "Refs that are pushed to.", Shape::Many(Text::Glob(Over::Ref))),
        key("kinds", "Kinds of resources.", Shape::Many(Text::Kind)),
        key("formats", "Formats of files.", Shape::Words { known: Format::vocabulary, may_be_empty: false }),
    ],
    planned: &[],
    one_of: &[],
};

static IMMUTABILITY: Table = Table {
    place: "immutability",
    what: "`immutability`",
    keys: &[
        key("refs", "What must not happen to refs.", Shape::Tables(&REF)),
        key("paths", "What may happen to files; everything else is refused.", Shape::Tables(&PATH)),
        key("fields", "How fields of documents may change.", Shape::Tables(&FIELD)),
        key("resources", "Which resources may not go.", Shape::Tables(&RESOURCE)),
    ],
    planned: &[],
    one_of: &[],
};

static REF: Table = Table {
    place: "immutability.refs",
    what: "an entry of `refs`",
    keys: &[
        key("match", "Full names of refs.", Shape::Many(Text::Glob(Over::Ref))).required(),
        key("forbid", "What is refused.", Shape::Words { known: RefAction::vocabulary, may_be_empty: false })
            .required(),
    ],
    planned: &[],
    one_of: &[],
};

static PATH: Table = Table {
    place: "immutability.paths",
    what: "an entry of `paths`",
    keys: &[
        key("match", "Paths of files.", Shape::Many(Text::Glob(Over::Path))).required(),
        key("refs", "Refs that are pushed to (default: all).", Shape::Many(Text::Glob(Over::Ref))),
        key(
            "allow",
            "What is not refused: `[create]` to let files be added, `[]` to let nothing happen.",
            Shape::Words { known: PathAction::vocabulary, may_be_empty: true },
        )
        .required(),
    ],
    planned: &[],
    one_of: &[],
};

static FIELD: Table = Table {
    place: "immutability.fields",
    what: "an entry of `fields`",
    keys: &[
        key("catalogue", "Rules that come with pushgate.", Shape::Word(Catalogue::vocabulary)),
        key(
            "version",
            "Minor version of the target cluster, 1.25 to 1.37 (default: 1.37).",
            Shape::One(Text::Kubernetes),
        )
        .only_with("catalogue"),
        key("match", "Which documents (default for a catalogue: all).", Shape::Table(&FIELD_MATCH)),
        key("path", "Which fields, such as .spec.containers[*].image.", Shape::One(Text::Field))
            .needs(&["match", "transition"]),
        key(
            "transition",
            "How they may change.",
            Shape::WordOrTable { known: Motion::vocabulary, table: &TRANSITION },
        )
        .only_with("path"),
        key(
            "when",
            "A Rego expression over `old` and `new`, the documents before and after; where it is not true, the rule does \
             not count.",
            Shape::One(Text::Free),
        )
        .only_with("path"),
        key("help", "What to tell someone who has tried.", Shape::One(Text::Free)).only_with("path"),
        key("enforce", "What its findings do (default: deny).", Shape::Word(Enforce::vocabulary)),
    ],
    planned: &[],
    one_of: &["path", "catalogue"],
};

static TRANSITION: Table = Table {
    place: "immutability.fields.transition",
    what: "`transition`",
    keys: &[
        key(
            "only",
            "Fields below it that may change, such as replicas or .template.spec; everything else may not.",
            Shape::Many(Text::Below),
        ),
        key("states", "Each state with those that may follow it.", Shape::Machine),
    ],
    planned: &[],
    one_of: &["only", "states"],
};

static FIELD_MATCH: Table = Table {
    place: "immutability.fields.match",
    what: "`match` of an entry of `fields`",
    keys: &[
        key("kind", "Kinds of resources.", Shape::Many(Text::Kind)),
        key("group", "API group without version; empty for the core group.", Shape::One(Text::Group)),
        key("namespace", "Namespaces.", Shape::Many(Text::Glob(Over::Name))),
        key("name", "Names.", Shape::Many(Text::Glob(Over::Name))),
        key("paths", "Paths of files.", Shape::Many(Text::Glob(Over::Path))),
        key("refs", "Refs that are pushed to.", Shape::Many(Text::Glob(Over::Ref))),
    ],
    planned: &[],
    one_of: &[],
};

static RESOURCE: Table = Table {
    place: "immutability.resources",
    what: "an entry of `resources`",
    keys: &[
        key("match", "Which resources (default: all).", Shape::Table(&RESOURCE_MATCH)),
        key(
            "forbid",
            "What may not happen to them.",
            Shape::Words { known: ResourceAction::vocabulary, may_be_empty: false },
        )
        .required(),
        key("help", "What to tell someone who has tried.", Shape::One(Text::Free)),
        key("enforce", "What its findings do (default: deny).", Shape::Word(Enforce::vocabulary)),
    ],
    planned: &[],
    one_of: &[],
};

static RESOURCE_MATCH: Table = Table {
    place: "immutability.resources.match",
    what: "`match` of an entry of `resources`",
    keys: &[
        key("kind", "Kinds of resources.", Shape::Many(Text::Kind)),
        key(
            "group",
            "API group without version; empty for the core group; the name of a tool, such as terraform.",
            Shape::One(Text::Group),
        ),
        key("namespace", "Namespaces.", Shape::Many(Text::Glob(Over::Name))),
        key("name", "Names.", Shape::Many(Text::Glob(Over::Name))),
        key(
            "labels",
            "Labels before the push, all of them: `tier=prod`, or `keep` for any value.",
            Shape::Many(Text::Label),
        ),
        key("paths", "Paths of files.", Shape::Many(Text::Glob(Over::Path))),
        key("refs", "Refs that are pushed to.", Shape::Many(Text::Glob(Over::Ref))),
    ],
    planned: &[],
    one_of: &[],
};

static LIMITS: Table = Table {
    place: "limits",
    what: "`limits`",
    keys: &[
        key("time", "Time for the whole push (default: 4s).", amount(Unit::Time, 10, 3_600_000)),
        key("file-size", "Bytes of one file (default: 64MiB).", amount(Unit::Size, 1 << 10, 1 << 30)),
        key("total-size", "Bytes of all files (default: 256MiB).", amount(Unit::Size, 1 << 10, 64 << 30)),
        key("documents", "Documents in all files (default: 100000).", amount(Unit::Count, 1, 100_000_000)),
        key("files", "Changed files (default: 1000000).", amount(Unit::Count, 1, 100_000_000)),
        // Values are compared and judged by functions that call themselves: the stack bounds this.
        key("depth", "Nesting of collections (default: 512).", amount(Unit::Count, 8, 1_000)),
        key("aliases", "Nodes made by aliases in one file (default: 100000).", amount(Unit::Count, 1, 100_000_000)),
        key("nodes", "Keys and values in one file (default: 5000000).", amount(Unit::Count, 1_000, 1_000_000_000)),
        key(
            "policy-instructions",
            "Instructions of all policies (default: 50000000).",
            amount(Unit::Count, 1_000, 1_000_000_000_000),
        ),
    ],
    planned: &[planned("memory")],
    one_of: &[],
};

const fn amount(unit: Unit, min: u64, max: u64) -> Shape {
    Shape::Amount { unit, min, max }
}

/// Every table, the file's own first.
pub(super) static TABLES: &[&Table] = &[
    &ROOT,
    &POLICY,
    &SOURCE,
    &REPOSITORY,
    &FILE,
    &RULE,
    &MATCH,
    &IMMUTABILITY,
    &REF,
    &PATH,
    &FIELD,
    &FIELD_MATCH,
    &TRANSITION,
    &RESOURCE,
    &RESOURCE_MATCH,
    &LIMITS,
];

impl Table {
    /// The key of this name that this version understands.
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The names of the keys that this version understands.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|key| key.name)
    }
}
