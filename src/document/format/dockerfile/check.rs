//! What `BuildKit` refuses in an instruction it could read.

use std::ops::ControlFlow;

use super::heredoc;
use super::instruction::Instruction;
use crate::document::format::mapping::shown;
use crate::document::format::parts::{Word, helped, syntax};
use crate::document::{Problem, Span};

const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Whether a frontend is the stable one of Docker, whose instructions and flags are known.
pub(super) fn is_official(frontend: &str) -> bool {
    let name = frontend.split(' ').next().unwrap_or_default();
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let (name, tag) = name.split_once(':').unwrap_or((name, ""));
    name == "docker/dockerfile" && !tag.contains("labs") && tag != "experimental"
}

/// A flag an instruction may have.
#[derive(Clone, Copy, PartialEq)]
enum Flag {
    Bool(&'static str),
    Once(&'static str),
    Often(&'static str),
}

impl Flag {
    fn name(self) -> &'static str {
        match self {
            Self::Bool(name) | Self::Once(name) | Self::Often(name) => name,
        }
    }
}

const ADD: &[Flag] = &[
    Flag::Once("chown"),
    Flag::Once("chmod"),
    Flag::Bool("link"),
    Flag::Bool("keep-git-dir"),
    Flag::Once("checksum"),
    Flag::Bool("unpack"),
    Flag::Often("exclude"),
];
const COPY: &[Flag] = &[
    Flag::Once("chown"),
    Flag::Once("from"),
    Flag::Once("chmod"),
    Flag::Bool("link"),
    Flag::Often("exclude"),
    Flag::Bool("parents"),
];
const RUN: &[Flag] = &[Flag::Often("device"), Flag::Often("mount"), Flag::Once("network"), Flag::Once("security")];
const HEALTHCHECK: &[Flag] = &[
    Flag::Once("interval"),
    Flag::Once("timeout"),
    Flag::Once("start-period"),
    Flag::Once("start-interval"),
    Flag::Once("retries"),
];

/// Refuses what a build would surely refuse.
pub(super) fn instruction(instruction: &Instruction) -> Result<(), Problem> {
    let name = instruction.name();
    let values = &instruction.values;
    let flags: &[Flag] = match name.as_str() {
        "add" => ADD,
        "copy" => COPY,
        "from" => &[Flag::Once("platform")],
        "healthcheck" => HEALTHCHECK,
        "run" => RUN,
        "cmd" | "entrypoint" | "env" | "expose" | "label" | "maintainer" | "onbuild" | "shell" | "user" | "volume"
        | "workdir" => &[],
        "arg" | "stopsignal" => return arguments(instruction, &name),
        _ => return Err(unknown(&instruction.keyword)),
    };
    if name == "healthcheck" && values.first().is_some_and(|kind| kind.text.eq_ignore_ascii_case("none")) {
        return match values.get(1) {
            Some(value) => Err(helped("`HEALTHCHECK NONE` takes no arguments", value.span, "remove what is behind it")),
            None => Ok(()),
        };
    }
    arguments(instruction, &name)?;
    let mut used: Vec<&str> = Vec::new();
    for word in instruction.flags.iter().flatten() {
        if flag(word, flags, &mut used, &name)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// The right number of arguments, and what must be in them.
fn arguments(instruction: &Instruction, name: &str) -> Result<(), Problem> {
    let values = &instruction.values;
    let upper = name.to_uppercase();
    let span = instruction.keyword.span;
    let refuse = |message: String, help: &str| Err(helped(message, span, help));
    match (name, values.as_slice()) {
        ("add" | "copy", [_] | []) => refuse(
            format!("`{upper}` needs a source and a destination"),
            &format!("write `{upper} source destination`"),
        ),
        ("add" | "copy", [.., destination]) if heredoc::of_word(&destination.text).is_some() => {
            let help = "write the path of the file behind it";
            Err(helped(format!("a here-document cannot be the destination of `{upper}`"), destination.span, help))
        }
        ("healthcheck", [kind]) if kind.text.eq_ignore_ascii_case("cmd") => {
            refuse("`HEALTHCHECK CMD` needs a command".to_owned(), "write the command behind `CMD`")
        }
        ("healthcheck", [kind, ..]) if !kind.text.eq_ignore_ascii_case("cmd") => {
            let message = format!("expected `CMD` or `NONE`, found `{}`", shown(&kind.text));
            Err(helped(message, kind.span, "write `HEALTHCHECK CMD command`"))
        }
        ("onbuild", _) => match &instruction.sub {
            None => refuse("`ONBUILD` needs an instruction".to_owned(), "write an instruction behind it"),
            Some(sub) if sub.text.eq_ignore_ascii_case("from") || sub.text.eq_ignore_ascii_case("maintainer") => {
                let message = format!("`{}` cannot be put off with `ONBUILD`", sub.text.to_uppercase());
                Err(helped(message, sub.span, "remove it"))
            }
            Some(_) => Ok(()),
        },
        (
            "arg" | "env" | "expose" | "healthcheck" | "label" | "maintainer" | "shell" | "stopsignal" | "user"
            | "volume" | "workdir",
            [],
        ) => refuse(format!("`{upper}` needs an argument"), "write one, or remove the instruction"),
        ("from", _) => from(values, span),
        ("shell", _) if !instruction.json => {
            let help = "write `SHELL [\"/bin/sh\", \"-c\"]`";
            Err(helped("`SHELL` needs a JSON list of strings", instruction.arguments, help))
        }
        ("env" | "label", _) => {
            let blank = values.chunks(3).filter_map(<[Word]>::first).find(|name| name.text.is_empty());
            blank.map_or(Ok(()), |name| Err(helped("the name before `=` is missing", name.span, "write a name")))
        }
        ("arg", _) => {
            let blank = values.iter().find(|value| value.text.starts_with('='));
            blank.map_or(Ok(()), |value| Err(helped("the name before `=` is missing", value.span, "write a name")))
        }
        ("volume", _) => {
            let blank = values.iter().find(|value| value.text.trim().is_empty());
            blank.map_or(Ok(()), |value| Err(helped("a volume is the path of a folder", value.span, "write a path")))
        }
        _ => Ok(()),
    }
}

fn from(values: &[Word], keyword: Span) -> Result<(), Problem> {
    match values {
        [_] => Ok(()),
        [_, between, stage] if between.text.eq_ignore_ascii_case("as") => {
            let name = stage.text.to_lowercase();
            let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
            if is_name {
                return Ok(());
            }
            let message = format!("`{}` cannot be the name of a stage", shown(&stage.text));
            let help = "a name begins with a letter and holds letters, digits, `-`, `_` and `.`";
            Err(helped(message, stage.span, help))
        }
        _ => {
            let place =
                values.get(1).zip(values.last()).map_or(keyword, |(from, to)| Span { end: to.span.end, ..from.span });
            Err(helped(
                "`FROM` needs an image, and may name its stage",
                place,
                "write `FROM image` or `FROM image AS name`",
            ))
        }
    }
}

fn unknown(keyword: &Word) -> Problem {
    let upper = keyword.text.to_uppercase();
    let nearest = nearest(&upper, KEYWORDS.iter().copied());
    let mut problem = syntax(format!("`{}` is no instruction of a Dockerfile", shown(&keyword.text)), keyword.span);
    problem.help = Some(match nearest {
        Some(name) => format!("did you mean `{name}`?"),
        None => "if it belongs to the line before, that must end with `\\`".to_owned(),
    });
    problem
}

fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let near = names.map(|other| (strsim::damerau_levenshtein(name, other), other));
    // A keyword of three letters is near to everything.
    near.filter(|(distance, other)| *distance <= 2 && *distance < other.len().min(name.len()))
        .min()
        .map(|(_, name)| name)
}

/// One flag. Returns whether those behind it are still flags.
fn flag(word: &Word, known: &[Flag], used: &mut Vec<&str>, name: &str) -> Result<ControlFlow<()>, Problem> {
    if word.text == "--" {
        return Ok(ControlFlow::Break(()));
    }
    let refuse = |message: String, help: &str| Err(helped(message, word.span, help));
    let Some(text) = word.text.strip_prefix("--") else {
        return refuse(format!("`{}` is no flag", shown(&word.text)), "a flag begins with `--`");
    };
    let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
    let Some(flag) = known.iter().copied().find(|flag| flag.name() == key) else {
        let upper = name.to_uppercase();
        let help = match nearest(key, known.iter().map(|flag| flag.name())) {
            Some(near) => format!("did you mean `--{near}`?"),
            None if known.is_empty() => "it takes no flags; put what begins with `--` in quotes".to_owned(),
            None => {
                let names: Vec<_> = known.iter().map(|flag| format!("`--{}`", flag.name())).collect();
                format!("it knows {}", names.join(", "))
            }
        };
        return refuse(format!("`{upper}` has no flag `--{}`", shown(key)), &help);
    };
    let is_again = used.contains(&flag.name());
    used.push(flag.name());
    match (flag, value) {
        (Flag::Bool(_) | Flag::Once(_), _) if is_again => {
            refuse(format!("`--{key}` is written twice"), "remove one of them")
        }
        (Flag::Bool(_), None) => Ok(ControlFlow::Continue(())),
        (Flag::Bool(_), Some(value)) if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") => {
            Ok(ControlFlow::Continue(()))
        }
        (Flag::Bool(_), Some(_)) => refuse(format!("`--{key}` must be `true` or `false`"), "write one of them"),
        (Flag::Once(_) | Flag::Often(_), None) => {
            refuse(format!("`--{key}` needs a value"), &format!("write `--{key}=value`"))
        }
        (Flag::Once(_) | Flag::Often(_), Some(value)) => match bad_value(key, value) {
            Some(help) => refuse(format!("`{}` is no value for `--{key}`", shown(value)), help),
            None => Ok(ControlFlow::Continue(())),
        },
    }
}

/// What to write instead of a value that cannot be.
fn bad_value(key: &str, value: &str) -> Option<&'static str> {
    match key {
        "network" => (!matches!(value, "default" | "none" | "host")).then_some("write `default`, `none` or `host`"),
        "security" => (!matches!(value, "insecure" | "sandbox")).then_some("write `insecure` or `sandbox`"),
        "interval" | "timeout" | "start-period" | "start-interval" => {
            (!is_duration(value)).then_some("write a time like `30s` or `1m30s`, `1ms` at least")
        }
        "retries" => {
            let is_count = value.is_empty() || value.parse::<i32>().is_ok_and(|count| count >= 0);
            (!is_count).then_some("write a number")
        }
        "mount" => mount(value),
        _ => None,
    }
}

/// A duration of Go that is nothing, or a millisecond at least.
fn is_duration(text: &str) -> bool {
    if matches!(text, "" | "0" | "+0" | "-0") {
        return true;
    }
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut nanoseconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        let Ok(number) = number.parse::<f64>() else { return false };
        let end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        nanoseconds += number
            * match unit {
                "ns" => 1.0,
                "us" | "µs" | "μs" => 1e3,
                "ms" => 1e6,
                "s" => 1e9,
                "m" => 6e10,
                "h" => 3.6e12,
                _ => return false,
            };
        rest = behind;
    }
    let is_some = text != "-" && text != "+";
    is_some && nanoseconds < 9.2e18 && (nanoseconds < 1.0 || (nanoseconds >= 1e6 && !text.starts_with('-')))
}

/// What is wrong with a mount that no variable can mend.
fn mount(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        return Some("write `--mount=type=…,target=…`");
    }
    // Fields in quotes are left to the builder.
    if value.contains('"') {
        return None;
    }
    let from =
        value.split(',').filter_map(|field| field.split_once('=')).filter(|(key, _)| key.eq_ignore_ascii_case("from"));
    let has_variable = from.map(|(_, from)| from).any(|from| from.find('$').is_some_and(|at| at + 1 < from.len()));
    has_variable.then_some("`from` knows no variables; name a stage with `FROM … AS` and write that name")
}
