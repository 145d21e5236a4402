//! What values may look like: structural schemas (`OpenAPI` v3 as Kubernetes restricts it), whether
//! they come with pushgate or from a `CustomResourceDefinition`.

use std::borrow::Cow;

use crate::document::Value;

/// What a value may look like.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// Which sort of value.
    pub accepts: Accepts,
    /// Whether `null` will do as well. Kubernetes' own types take `null` for absent everywhere.
    pub nullable: bool,
    /// Fields of a mapping, sorted by name.
    pub properties: Vec<Property>,
    /// Fields that have to be there, sorted. Those with a default never count as missing.
    pub required: Vec<Text>,
    /// Fields that are not in `properties`.
    pub others: Others,
    /// What the items of a list look like.
    pub items: Option<Link>,
    /// What makes two items of a list the same one.
    pub list: ListKind,
    /// The only values there are; empty for no such restriction.
    pub choices: Vec<Value>,
    /// Notation of a string, or range of a number.
    pub format: Option<Format>,
    /// Whether it is an object of its own: it has `apiVersion`, `kind` and `metadata`.
    pub embedded: bool,
    /// The value of what is absent, as far as it is a scalar.
    pub default: Option<Value>,
    /// What few schemas have.
    pub rare: Option<Box<Rare>>,
}

/// Names and other texts: borrowed from the program, or owned by a `CustomResourceDefinition`.
pub type Text = Cow<'static, str>;

/// A field of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Its name.
    pub name: Text,
    /// What it may hold.
    pub schema: Link,
}

/// A schema in a schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// Written in place.
    Inline(Box<Schema>),
    /// A definition that comes with pushgate, by its number; what it says depends on the version of
    /// Kubernetes.
    Definition(u16),
}

/// Sorts of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// Anything at all.
    Anything,
    /// A mapping.
    Object,
    /// A list.
    Array,
    /// A string.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A boolean.
    Boolean,
    /// A whole number or a string (`IntOrString`, `x-kubernetes-int-or-string`).
    IntOrString,
    /// A quantity: a number, or a string such as `100m` or `1Gi`.
    Quantity,
}

/// What becomes of fields that a schema does not name.
#[derive(Clone, Debug, PartialEq)]
pub enum Others {
    /// They are a mistake: the API server drops them, or refuses the object.
    Refused,
    /// They are kept, whatever they hold.
    Kept,
    /// Each of them looks like this.
    Each(Link),
}

/// What makes two items of a list the same one (`x-kubernetes-list-type`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// Nothing: the list is one value.
    Atomic,
    /// Being equal.
    Set,
    /// The values of these fields together (`x-kubernetes-list-map-keys`). Never empty.
    Map(Vec<Text>),
}

/// Notations and ranges (`format`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// A number of 32 bits with sign.
    Int32,
    /// A number of 64 bits with sign.
    Int64,
    /// Base64, standard alphabet, padded.
    Byte,
    /// RFC 3339 date and time.
    DateTime,
    /// RFC 3339 date.
    Date,
    /// A duration as Go writes it.
    Duration,
    /// Any other, kept by name; the API server ignores what it does not know.
    Other(String),
}

/// What few schemas have; all of it only in a `CustomResourceDefinition`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rare {
    /// Smallest number, and whether it is itself left out.
    pub minimum: Option<(f64, bool)>,
    /// Largest number, and whether it is itself left out.
    pub maximum: Option<(f64, bool)>,
    /// What a number is a multiple of.
    pub multiple_of: Option<f64>,
    /// Length of a string in characters.
    pub length: Bounds,
    /// Number of items.
    pub items: Bounds,
    /// Number of fields.
    pub fields: Bounds,
    /// Regular expression that is found in a string (RE2 syntax, not anchored).
    pub pattern: Option<String>,
    /// All of these hold.
    pub all_of: Vec<Schema>,
    /// At least one of these holds.
    pub any_of: Vec<Schema>,
    /// Just one of these holds.
    pub one_of: Vec<Schema>,
    /// This does not hold.
    pub not: Option<Schema>,
}

/// How few and how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Fewest.
    pub min: Option<u64>,
    /// Most.
    pub max: Option<u64>,
}

impl Schema {
    /// A schema that takes anything.
    #[must_use]
    pub fn anything() -> Self {
        Self {
            accepts: Accepts::Anything,
            nullable: true,
            properties: Vec::new(),
            required: Vec::new(),
            others: Others::Kept,
            items: None,
            list: ListKind::Atomic,
            choices: Vec::new(),
            format: None,
            embedded: false,
            default: None,
            rare: None,
        }
    }

    /// What a field may hold; `None` for a field that is not named.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Link> {
        let index = self.properties.binary_search_by(|property| property.name.as_ref().cmp(name)).ok()?;
        self.properties.get(index).map(|property| &property.schema)
    }
}
