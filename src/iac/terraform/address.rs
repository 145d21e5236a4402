//! Addresses: how Terraform names modules, resources and their instances (`module.a[0].aws_vpc.b["x"]`).

use std::fmt;

use super::words::{continues_name, starts_name};

/// The address of a module, a resource or an instance of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The calls that lead to the module, from the outermost; empty for the root module.
    pub modules: Vec<Call>,
    /// The resource; `None` where the address is that of the module.
    pub resource: Option<ResourceAddress>,
}

/// One step into a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The call's name.
    pub name: String,
    /// Which of its instances.
    pub key: Option<Key>,
}

/// A resource in its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceAddress {
    /// What sort of resource it is.
    pub mode: Mode,
    /// Its type.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Which of its instances.
    pub key: Option<Key>,
}

/// Sorts of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// What Terraform makes and destroys.
    Managed,
    /// What it only reads.
    Data,
    /// What lasts as long as a run.
    Ephemeral,
}

/// The key of an instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Of `count`.
    Number(u64),
    /// Of `for_each`.
    Text(String),
    /// An expression, known only when it is evaluated.
    Expression(String),
}

/// Why a text is no address, in words that follow "expected".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAddress(pub String);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// [`NoAddress`] with what was expected instead.
    pub fn parse(text: &str) -> Result<Self, NoAddress> {
        let mut reader = Reader { rest: text.trim() };
        let mut address = Self::default();
        loop {
            match reader.name("`module` or the type of a resource")? {
                "module" => {
                    reader.dot("`.` and the name of a module")?;
                    let name = reader.name("the name of a module")?.to_owned();
                    address.modules.push(Call { name, key: reader.key()? });
                    if reader.rest.is_empty() {
                        return Ok(address);
                    }
                    reader.dot("`.`")?;
                }
                first => {
                    let mode = match first {
                        "data" => Some(Mode::Data),
                        "ephemeral" => Some(Mode::Ephemeral),
                        "resource" => Some(Mode::Managed),
                        _ => None,
                    };
                    let kind = if mode.is_some() {
                        reader.dot("`.` and the type of a resource")?;
                        reader.name("the type of a resource")?
                    } else {
                        first
                    };
                    reader.dot("`.` and the name of the resource behind its type")?;
                    let name = reader.name("the name of a resource")?.to_owned();
                    let (mode, kind) = (mode.unwrap_or(Mode::Managed), kind.to_owned());
                    address.resource = Some(ResourceAddress { mode, kind, name, key: reader.key()? });
                    return if reader.rest.is_empty() {
                        Ok(address)
                    } else {
                        Err(NoAddress("nothing more behind the resource".to_owned()))
                    };
                }
            }
        }
    }

    /// The address of a managed resource in the root module.
    #[must_use]
    pub fn managed(kind: &str, name: &str) -> Self {
        let (kind, name) = (kind.to_owned(), name.to_owned());
        Self { modules: Vec::new(), resource: Some(ResourceAddress { mode: Mode::Managed, kind, name, key: None }) }
    }

    /// This address as it is seen from further out.
    #[must_use]
    pub fn within(&self, calls: &[Call]) -> Self {
        Self { modules: calls.iter().chain(&self.modules).cloned().collect(), resource: self.resource.clone() }
    }

    /// The same without keys of instances: all that one block makes.
    #[must_use]
    pub fn without_keys(&self) -> Self {
        Self {
            modules: self.modules.iter().map(|call| Call { name: call.name.clone(), key: None }).collect(),
            resource: self.resource.clone().map(|resource| ResourceAddress { key: None, ..resource }),
        }
    }

    /// Whether a key of an instance is in it.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        self.modules.iter().any(|call| call.key.is_some())
            || self.resource.as_ref().is_some_and(|resource| resource.key.is_some())
    }

    /// What this address becomes when `from` becomes `to`: itself, or what is in the module that
    /// is moved. `None` where the move is about something else.
    #[must_use]
    pub fn moved(&self, from: &Self, to: &Self) -> Option<Self> {
        if let Some(resource) = &from.resource {
            let mine = self.resource.as_ref()?;
            let same = self.modules == from.modules
                && (mine.mode, &mine.kind, &mine.name) == (resource.mode, &resource.kind, &resource.name)
                && (resource.key.is_none() || resource.key == mine.key);
            let target = to.resource.as_ref()?;
            // A move of the whole resource keeps the keys of its instances.
            let key = target.key.clone().or_else(|| if resource.key.is_none() { mine.key.clone() } else { None });
            return same.then(|| Self {
                modules: to.modules.clone(),
                resource: Some(ResourceAddress { key, ..target.clone() }),
            });
        }
        let depth = from.modules.len();
        let (outer, inner) = self.modules.split_at_checked(depth)?;
        let (last, before) = from.modules.split_last()?;
        let (mine, mine_before) = outer.split_last()?;
        if before != mine_before || mine.name != last.name || (last.key.is_some() && last.key != mine.key) {
            return None;
        }
        let mut modules = to.modules.clone();
        if let (None, Some(call)) = (&last.key, modules.last_mut())
            && call.key.is_none()
        {
            call.key.clone_from(&mine.key);
        }
        modules.extend_from_slice(inner);
        Some(Self { modules, resource: self.resource.clone() })
    }
}

impl fmt::Display for Address {
    /// Writes the address as Terraform does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, call) in self.modules.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            write!(f, "{dot}module.{}", call.name)?;
            write_key(f, call.key.as_ref())?;
        }
        let Some(resource) = &self.resource else { return Ok(()) };
        let dot = if self.modules.is_empty() { "" } else { "." };
        let mode = match resource.mode {
            Mode::Managed => "",
            Mode::Data => "data.",
            Mode::Ephemeral => "ephemeral.",
        };
        write!(f, "{dot}{mode}{}.{}", resource.kind, resource.name)?;
        write_key(f, resource.key.as_ref())
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, key: Option<&Key>) -> fmt::Result {
    match key {
        None => Ok(()),
        Some(Key::Number(number)) => write!(f, "[{number}]"),
        Some(Key::Text(text)) => write!(f, "[\"{}\"]", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Some(Key::Expression(text)) => write!(f, "[{text}]"),
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn name(&mut self, expected: &str) -> Result<&'a str, NoAddress> {
        let rest = self.rest;
        let end = rest.find(|char| !continues_name(char)).unwrap_or(rest.len());
        match rest.split_at_checked(end) {
            Some((name, rest)) if name.starts_with(starts_name) => {
                self.rest = rest;
                Ok(name)
            }
            Some(_) | None => Err(NoAddress(expected.to_owned())),
        }
    }

    fn dot(&mut self, expected: &str) -> Result<(), NoAddress> {
        self.rest = self.rest.strip_prefix('.').ok_or_else(|| NoAddress(expected.to_owned()))?;
        Ok(())
    }

    fn key(&mut self) -> Result<Option<Key>, NoAddress> {
        let Some(rest) = self.rest.strip_prefix('[') else { return Ok(None) };
        let unclosed = || NoAddress("`]` behind the key of an instance".to_owned());
        if let Some(text) = rest.strip_prefix('"') {
            let mut key = String::new();
            let mut chars = text.char_indices();
            while let Some((at, char)) = chars.next() {
                match char {
                    '\\' => key.extend(chars.next().map(|(_, char)| char)),
                    '"' => {
                        let rest = text.get(at + 1..).unwrap_or("");
                        self.rest = rest.strip_prefix(']').ok_or_else(unclosed)?;
                        return Ok(Some(if key.contains("${") {
                            Key::Expression(format!("\"{key}\""))
                        } else {
                            Key::Text(key)
                        }));
                    }
                    char => key.push(char),
                }
            }
            return Err(unclosed());
        }
        // Expressions may have brackets of their own.
        let mut depth = 0_usize;
        for (at, char) in rest.char_indices() {
            match char {
                '[' => depth += 1,
                ']' if depth == 0 => {
                    let (inner, rest) = (rest.get(..at).unwrap_or("").trim(), rest.get(at + 1..).unwrap_or(""));
                    if inner.is_empty() {
                        return Err(NoAddress("the key of an instance between `[` and `]`".to_owned()));
                    }
                    self.rest = rest;
                    return Ok(Some(match inner.parse() {
                        Ok(number) => Key::Number(number),
                        Err(_) => Key::Expression(inner.to_owned()),
                    }));
                }
                ']' => depth -= 1,
                _ => {}
            }
        }
        Err(unclosed())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for text in [
            "aws_vpc.a",
            "aws_vpc.a[0]",
            "aws_vpc.a[\"x.y[0]\"]",
            "module.a",
            "module.a[1].module.b[\"c\"]",
            "module.a.data.aws_ami.b",
            "module.a.ephemeral.x.b[each.key]",
            "a.b[local.x[0]]",
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Address::parse("resource.a.b").unwrap().to_string(), "a.b");
        assert_eq!(Address::parse("a.b[\"x\\\"y\"]").unwrap().to_string(), "a.b[\"x\\\"y\"]");
    }

    #[test]
    fn what_is_no_address_is_told_why() {
        for (text, expected) in [
            ("", "`module` or the type of a resource"),
            ("aws_vpc", "`.` and the name of the resource behind its type"),
            ("aws_vpc.", "the name of a resource"),
            ("aws_vpc.a.id", "nothing more behind the resource"),
            ("module", "`.` and the name of a module"),
            ("module.a.", "`module` or the type of a resource"),
            ("a.b[", "`]` behind the key of an instance"),
            ("a.b[\"x]", "`]` behind the key of an instance"),
            ("a.b[]", "the key of an instance between `[` and `]`"),
            ("a b", "`.` and the name of the resource behind its type"),
            ("1.b", "`module` or the type of a resource"),
        ] {
            assert_eq!(Address::parse(text), Err(NoAddress(expected.to_owned())), "{text}");
        }
    }

    #[test]
    fn moves_take_what_is_inside_along() {
        for (address, from, to, expected) in [
            ("a.b", "a.b", "a.c", Some("a.c")),
            ("a.b[0]", "a.b", "a.c", Some("a.c[0]")),
            ("a.b[0]", "a.b[0]", "a.c[\"x\"]", Some("a.c[\"x\"]")),
            ("a.b[0]", "a.b[0]", "a.c", Some("a.c")),
            ("a.b", "a.b[0]", "a.c", None),
            ("a.b", "a.bb", "a.c", None),
            ("a.b", "a.b", "module.m.a.b", Some("module.m.a.b")),
            ("module.m.a.b", "module.m", "module.n", Some("module.n.a.b")),
            ("module.m[0].module.o.a.b", "module.m", "module.n", Some("module.n[0].module.o.a.b")),
            ("module.m[0].a.b", "module.m[0]", "module.n", Some("module.n.a.b")),
            ("module.m.a.b", "module.m", "module.n[0]", Some("module.n[0].a.b")),
            ("module.o.a.b", "module.m", "module.n", None),
            ("a.b", "module.m", "module.n", None),
        ] {
            let parse = |text| Address::parse(text).unwrap();
            let moved = parse(address).moved(&parse(from), &parse(to)).map(|moved| moved.to_string());
            assert_eq!(moved.as_deref(), expected, "{address} when {from} becomes {to}");
        }
    }
}
