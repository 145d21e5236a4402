#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::document::dump::value_json;
use crate::document::format::testing::{problem, read, slice, values};
use crate::document::format::{Format, parse};
use crate::document::{Node, ParseLimits, ProblemKind};

/// The commands of a good file: their names, what is put off, their flags and values.
#[track_caller]
fn commands(text: &str) -> Vec<String> {
    let parsed = read(Format::Dockerfile, text);
    assert_eq!(parsed.problems, [], "{text:?}");
    let commands = parsed.documents[0].root.as_sequence().unwrap()[0].as_sequence().unwrap();
    let field = |command: &Node, key: &str| value_json(command.get(key).unwrap()).to_string();
    let one = |command: &Node| {
        let text = format!("{}{}", command.get("Cmd").unwrap().as_str().unwrap(), field(command, "Value"));
        let flags = field(command, "Flags");
        let json = if field(command, "JSON") == "true" { "json " } else { "" };
        let sub = command.get("SubCmd").unwrap().as_str().unwrap();
        let sub = if sub.is_empty() { String::new() } else { format!(" {sub}") };
        let flags = if matches!(flags.as_str(), "[]" | "null") { String::new() } else { format!(" {flags}") };
        format!("{json}{text}{sub}{flags}")
    };
    commands.iter().map(one).collect()
}

#[test]
fn a_command_has_the_fields_of_conftest() {
    assert_eq!(
        values(Format::Dockerfile, "# one\n\n#  two\nFROM a AS b\nONBUILD RUN c\nFROM d\nCMD [\"e\"]\nCMD\n"),
        [concat!(
            r#"[[{"Cmd":"comment","SubCmd":"","JSON":false,"Flags":null,"Value":["one"],"Stage":0},"#,
            r#"{"Cmd":"comment","SubCmd":"","JSON":false,"Flags":null,"Value":["two"],"Stage":0},"#,
            r#"{"Cmd":"from","SubCmd":"","JSON":false,"Flags":[],"Value":["a","AS","b"],"Stage":0},"#,
            r#"{"Cmd":"onbuild","SubCmd":"RUN","JSON":false,"Flags":[],"Value":["c"],"Stage":0},"#,
            r#"{"Cmd":"from","SubCmd":"","JSON":false,"Flags":[],"Value":["d"],"Stage":1},"#,
            r#"{"Cmd":"cmd","SubCmd":"","JSON":true,"Flags":[],"Value":["e"],"Stage":1},"#,
            r#"{"Cmd":"cmd","SubCmd":"","JSON":false,"Flags":null,"Value":null,"Stage":1}]]"#
        )]
    );
}

#[test]
fn lines_go_on() {
    assert_eq!(commands("FROM a\nRUN b \\\n# c\n\n  d \\ \r\n  e\n"), [r#"from["a"]"#, r#"run["b   d   e"]"#]);
    assert_eq!(commands("# escape=`\nFROM a\nRUN C:\\ `\n b"), [r#"from["a"]"#, r#"run["C:\\  b"]"#]);
    assert_eq!(commands("  FROM a \\\n"), [r#"from["a"]"#]);
    assert_eq!(commands("# a\n#\n# b\nFROM c\n# d"), [r#"comment["b"]"#, r#"from["c"]"#]);
}

#[test]
fn arguments_have_the_forms_of_their_instructions() {
    assert_eq!(commands("ENV a b  c"), [r#"env["a","b  c",""]"#]);
    assert_eq!(
        commands(r#"ENV a=b "c d"="e\" f" g=h\ i"#),
        [r#"env["a","b","=","\"c d\"","\"e\\\" f\"","=","g","h\\ i","="]"#]
    );
    assert_eq!(commands("ARG a b=\"c d\""), [r#"arg["a","b=\"c d\""]"#]);
    assert_eq!(commands("HEALTHCHECK --interval=5s CMD [\"a\"]"), [r#"json healthcheck["CMD","a"] ["--interval=5s"]"#]);
    assert_eq!(commands("HEALTHCHECK none"), [r#"healthcheck["none"]"#]);
    assert_eq!(commands("COPY --from=a --link b c /d"), [r#"copy["b","c","/d"] ["--from=a","--link"]"#]);
    assert_eq!(commands("ADD [\"a b\", \"c\"]"), [r#"json add["a b","c"]"#]);
    assert_eq!(
        commands("RUN ['a']\nRUN [ -f a ]\nRUN [\"a\""),
        [r#"run["['a']"]"#, r#"run["[ -f a ]"]"#, r#"run["[\"a\""]"#]
    );
    assert_eq!(commands("CMD []"), ["json cmdnull"]);
}

#[test]
fn here_documents_end_where_they_say() {
    let text = "RUN <<EOF cat && <<-'B C'\nFROM x\nEOF\n\t\tB C\nCOPY <<a <<\"b\" /c\na\nb\nRUN cat <<<a \"<<b\" 1<<${x}\n${x}\nRUN [\"<<a\"]\n";
    assert_eq!(
        commands(text),
        [
            r#"run["<<EOF cat && <<-'B C'"]"#,
            r#"copy["<<a","<<\"b\"","/c"]"#,
            r#"run["cat <<<a \"<<b\" 1<<${x}"]"#,
            r#"json run["<<a"]"#
        ]
    );
    // What they say is shown beside what the parser of BuildKit shows.
    let parsed = read(Format::Dockerfile, text);
    let command = |at: usize| &parsed.documents[0].root.as_sequence().unwrap()[0].as_sequence().unwrap()[at];
    let texts = |at| command(at).get("Heredocs").map(|texts| value_json(texts).to_string());
    assert_eq!(texts(0).unwrap(), r#"["FROM x\n",""]"#);
    assert_eq!(texts(1).unwrap(), r#"["",""]"#);
    assert_eq!(texts(3), None);
    let problem = read(Format::Dockerfile, "RUN <<EOF\nfoo\n").problems.remove(0);
    assert_eq!(problem.message, "expected the end of the here-document, `EOF`, found the end of the file");
    assert_eq!((problem.span.start, problem.related.unwrap().0.end), (14, 9));
}

#[test]
fn they_stand_where_they_are_written() {
    let text = "\u{feff}# é\nFROM a\nCOPY --from=\"b\" \\\n  c \\\n  /d # e\nRUN <<X\nX\n";
    let parsed = read(Format::Dockerfile, text);
    let commands = parsed.documents[0].root.as_sequence().unwrap()[0].as_sequence().unwrap();
    let texts: Vec<_> = commands.iter().map(|command| slice(&parsed, command.span)).collect();
    assert_eq!(texts, ["é", "FROM a", "COPY --from=\"b\" \\\n  c \\\n  /d # e", "RUN <<X\nX"]);
    let items = |key: &str| {
        let items = commands[2].get(key).unwrap().as_sequence().unwrap();
        items.iter().map(|item| slice(&parsed, item.span)).collect::<Vec<_>>()
    };
    assert_eq!(items("Flags"), ["--from=\"b\""]);
    assert_eq!(items("Value"), ["c", "/d", "#", "e"]);
    let json = read(Format::Dockerfile, "CMD [ \"a\", \\\n \"b\\n\" ]");
    let command = &json.documents[0].root.as_sequence().unwrap()[0].as_sequence().unwrap()[0];
    assert_eq!(slice(&json, command.get("Value").unwrap().as_sequence().unwrap()[1].span), "\"b\\n\"");
}

#[test]
fn what_no_build_takes_is_refused() {
    for (text, message, place) in [
        ("FORM a", "`FORM` is no instruction of a Dockerfile", "FORM"),
        ("FROM a b", "`FROM` needs an image, and may name its stage", "b"),
        ("FROM a as 1b", "`1b` cannot be the name of a stage", "1b"),
        ("COPY a", "`COPY` needs a source and a destination", "COPY"),
        ("COPY --form=x a b", "`COPY` has no flag `--form`", "--form=x"),
        ("COPY --link=x a b", "`--link` must be `true` or `false`", "--link=x"),
        ("RUN --network=x a", "`x` is no value for `--network`", "--network=x"),
        ("HEALTHCHECK --interval=5 CMD a", "`5` is no value for `--interval`", "--interval=5"),
        ("HEALTHCHECK a", "expected `CMD` or `NONE`, found `a`", "a"),
        ("ENV a", "`ENV` needs a name and a value", "a"),
        ("ENV a=b c", "expected `name=value`, found `c`", "c"),
        ("CMD [\"a\", 1]", "a command written as a JSON list holds strings only", "1"),
        ("SHELL a", "`SHELL` needs a JSON list of strings", "a"),
        ("ONBUILD ONBUILD RUN a", "`ONBUILD` cannot put off another `ONBUILD`", "ONBUILD"),
        ("WORKDIR", "`WORKDIR` needs an argument", "WORKDIR"),
        ("# escape=x\nFROM a", "the escape character must be `\\` or a backtick", "# escape=x"),
        ("", "the Dockerfile holds no instruction", ""),
        ("\\\n", "expected an instruction, found a lone line continuation", "\\"),
    ] {
        assert_eq!(problem(Format::Dockerfile, text), (message.to_owned(), place.to_owned()), "{text:?}");
    }
    assert_eq!(read(Format::Dockerfile, "FORM a").problems[0].help.as_deref(), Some("did you mean `FROM`?"));
    assert_eq!(read(Format::Dockerfile, "a\nb\n").problems.len(), 2, "each is told");
    let long = format!("FROM a\nRUN {}\n", "x".repeat(70_000));
    assert!(read(Format::Dockerfile, &long).problems[0].message.contains("longer than 65535 bytes"));
}

#[test]
fn other_frontends_have_other_instructions() {
    assert_eq!(
        commands("# syntax=example/x:1\nINCLUDE a b\nCOPY --x a"),
        [r#"include["a b"]"#, r#"copy["a"] ["--x"]"#]
    );
    assert_eq!(problem(Format::Dockerfile, "# syntax = docker/dockerfile:1\nINCLUDE a").1, "INCLUDE");
}

#[test]
fn limits_hold() {
    let limits = ParseLimits { nodes: 30, ..ParseLimits::default() };
    assert_eq!(parse(Format::Dockerfile, b"FROM a\nRUN b\n", &limits).problems, []);
    assert_eq!(parse(Format::Dockerfile, b"FROM a\nRUN b\nRUN c\n", &limits).problems[0].kind, ProblemKind::Limit);
    let deep = format!("CMD {}", "[".repeat(600));
    assert_eq!(read(Format::Dockerfile, &deep).problems[0].kind, ProblemKind::Limit);
}
